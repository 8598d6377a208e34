package io.podidentity.agent.eksauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.outbound.HttpClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How often the wired application calls EKS Auth when it fails, hangs or lies. */
@QuarkusTest
@QuarkusTestResource(value = EksAuthPeerResource.class, restrictToAnnotatedClass = true)
@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class EksAuthQuarkusTest {

    private static final CredentialRequest REQUEST =
            new CredentialRequest(
                    "the.pods.token", new PodIdentity("shop", "orders", "orders-0", "uid-0"));

    static HttpPeer peer;

    @Inject EksAuthSource source;
    @Inject EksAuthCalls calls;
    @Inject CircuitBreakerMaintenance breakers;
    @Inject PrometheusMeterRegistry metrics;

    @ConfigProperty(name = "agent.probe-port")
    int probePort;

    private WarmUpSource warmUp;

    @BeforeEach
    void reset() {
        // Warming up uses the same connections, and must be over.
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                RestAssured.get("http://127.0.0.1:" + probePort + "/readyz")
                                                .statusCode()
                                        == 200);
        peer.reset().answer(EksAuthAnswers.issued());
        breakers.resetAll();
        warmUp = new WarmUpSource(calls);
    }

    static Answer[] passing() {
        return new Answer[] {
            EksAuthAnswers.error(500, "InternalServerException", "oops"),
            EksAuthAnswers.error(503, "ServiceUnavailableException", "later"),
            EksAuthAnswers.json("[]"),
            (request, out) -> false,
        };
    }

    @ParameterizedTest
    @MethodSource("passing")
    void triesTwiceMoreWhatMayPass(Answer answer) {
        peer.answer(answer, answer, EksAuthAnswers.issued());
        assertThat(fetch()).isInstanceOf(Issued.class);
        assertThat(calls()).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("passing")
    void givesUpAfterThreeTries(Answer answer) {
        peer.answer(answer);
        assertThat(fetch()).isInstanceOf(Failed.class);
        assertThat(calls()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidRequestException",
        "400, AccessDeniedException",
        "400, ExpiredTokenException",
        "404, ResourceNotFoundException",
        "429, ThrottlingException"
    })
    void doesNotRepeatWhatWillFailAgainOrIsForTheLimiterToRepeat(int status, String code) {
        peer.answer(EksAuthAnswers.error(status, code, "no"));
        assertThat(fetch())
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo(code));
        assertThat(calls()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"429, ThrottlingException", "503, ServiceUnavailableException"})
    void askedToBeLeftAloneItDoesNotTryAgain(int status, String code) {
        peer.answer(EksAuthAnswers.error(status, code, "later", "Retry-After: 7"));
        assertThat(fetch())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
        assertThat(calls()).hasSize(1);
    }

    @Test
    void retriesAreCounted() {
        double before = retries();
        peer.answer(
                EksAuthAnswers.error(500, "InternalServerException", "oops"),
                EksAuthAnswers.issued());
        fetch();
        assertThat(retries()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "403, RequestTimeTooSkewed, 3600",
        "403, InvalidSignatureException, -3600",
        "403, SignatureDoesNotMatch, 900",
        "400, RequestExpired, 86400"
    })
    void wrongClockIsCorrectedWithinTheCall(int status, String code, int aheadBy) {
        Clock peers = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(aheadBy));
        try {
            peer.answer(EksAuthAnswers.signedAbout(peers, status, code));
            assertThat(fetch()).isInstanceOf(Issued.class);
            assertThat(calls()).hasSize(2);
            assertThat(fetch()).isInstanceOf(Issued.class);
            assertThat(calls()).as("the difference is remembered").hasSize(3);
        } finally {
            peer.answer(EksAuthAnswers.signedAbout(Clock.systemUTC(), status, code));
            fetch();
        }
    }

    @Test
    void callWhoseSignerIsRefusedIsMadeAgainWithCredentialsLookedUpAnew() {
        // Not twice within seconds, and another test may have had it done just now.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            peer.reset()
                                    .answer(
                                            EksAuthAnswers.error(
                                                    403, "ExpiredTokenException", "no"),
                                            EksAuthAnswers.issued());
                            assertThat(fetch()).isInstanceOf(Issued.class);
                            assertThat(calls()).hasSize(2);
                        });
    }

    @Test
    void signerThatIsRefusedForGoodCostsHardlyMoreThanItsCalls() {
        peer.answer(
                EksAuthAnswers.error(
                        403,
                        "AccessDeniedException",
                        "User: x is not authorized to perform: eks-auth:AssumeRoleForPodIdentity"
                                + " with an explicit deny in a service control policy"));
        long before = tries("SignerRefused");
        for (int i = 0; i < 50; i++) {
            assertThat(fetch())
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo("SignerRefused"));
        }
        assertThat(calls()).hasSizeBetween(50, 55);
        assertThat(tries("SignerRefused") - before).isEqualTo(calls().size());
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void waitsLongerBeforeTheThirdTryThanBeforeTheSecond() {
        List<Long> arrivals = Collections.synchronizedList(new ArrayList<>());
        peer.answer(
                (request, out) -> {
                    arrivals.add(System.nanoTime());
                    return EksAuthAnswers.error(500, "InternalServerException", "x")
                            .to(request, out);
                });
        fetch();
        // 150 ms and 300 ms, each 100 ms more or less.
        assertThat(Duration.ofNanos(arrivals.get(1) - arrivals.get(0)))
                .isBetween(Duration.ofMillis(50), Duration.ofMillis(900));
        assertThat(Duration.ofNanos(arrivals.get(2) - arrivals.get(1)))
                .isBetween(Duration.ofMillis(200), Duration.ofMillis(1_100));
    }

    @Test
    void callThatHangsEndsInFourSeconds() {
        peer.answer(Answer.silence());
        long start = System.nanoTime();
        assertThat(fetch())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed ->
                                assertThat(failed.message())
                                        .startsWith("EKS Auth did not answer in time"));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(2_500), Duration.ofMillis(4_800));
        assertThat(calls()).hasSize(3);
    }

    @Test
    void answerThatDripsIsGivenUpLikeOneThatHangs() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        peer.answer(
                (request, out) -> {
                    Answer.raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").to(request, out);
                    while (!never.await(300, TimeUnit.MILLISECONDS)) {
                        out.write(' ');
                        out.flush();
                    }
                    return false;
                });
        // On a virtual thread, as the agent's fetches: a socket cannot be interrupted on others.
        FutureTask<CredentialOutcome> fetch = new FutureTask<>(this::fetch);
        Thread.ofVirtual().start(fetch);
        assertThat(fetch.get(4_800, TimeUnit.MILLISECONDS)).isInstanceOf(Failed.class);
        assertThat(calls()).hasSize(3);
    }

    @Test
    void callThatIsInterruptedBetweenTwoTriesHasAnOutcome() throws Exception {
        peer.answer(EksAuthAnswers.error(500, "InternalServerException", "x"));
        FutureTask<CredentialOutcome> fetch = new FutureTask<>(this::fetch);
        Thread thread = Thread.ofVirtual().start(fetch);
        await().until(() -> !calls().isEmpty());

        thread.interrupt();

        assertThat(fetch.get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.permanent()).isFalse());
    }

    @Test
    void connectionClosedBetweenCallsCostsOneTryAndNoneIsSentTwice() {
        peer.answer(
                EksAuthAnswers.issued().thenClose(),
                EksAuthAnswers.issued(),
                EksAuthAnswers.issued());
        assertThat(fetch()).isInstanceOf(Issued.class);
        assertThat(fetch()).isInstanceOf(Issued.class);
        assertThat(calls()).hasSize(2);
    }

    @Test
    void requestThatIsNotAnsweredIsNotSentAgainByTheJdk() {
        // Only a connection used before tempts the JDK to send again.
        peer.answer(
                EksAuthAnswers.issued(),
                (request, out) -> false,
                EksAuthAnswers.error(400, "InvalidRequestException", "the second try"));
        assertThat(fetch()).isInstanceOf(Issued.class);
        assertThat(fetch()).isInstanceOf(Failed.class);
        assertThat(calls()).hasSize(3);
    }

    @Test
    void deniedPodsNeverOpenTheBreaker() {
        peer.answer(EksAuthAnswers.error(400, "AccessDeniedException", "no"));
        for (int i = 0; i < 100; i++) {
            assertThat(fetch()).isInstanceOf(Failed.class);
        }
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
        peer.answer(EksAuthAnswers.issued());
        assertThat(fetch()).isInstanceOf(Issued.class);
    }

    @ParameterizedTest
    @CsvSource({"429, ThrottlingException", "404, ResourceNotFoundException"})
    void throttlingAndMissingAssociationsDoNotOpenTheBreaker(int status, String code) {
        peer.answer(EksAuthAnswers.error(status, code, "no"));
        for (int i = 0; i < 10; i++) {
            fetch();
        }
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void breakerOpensAfterTwentyTriesMostlyFailedAndRecoversByItself() {
        peer.answer(EksAuthAnswers.error(503, "ServiceUnavailableException", "down"));
        for (int i = 0; i < 6; i++) {
            fetch();
        }
        assertThat(calls()).hasSize(18);
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
        fetch();
        assertThat(state()).isEqualTo(CircuitBreakerState.OPEN);
        int asked = calls().size();
        assertThat(fetch())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.status()).isEqualTo(503);
                            assertThat(failed.permanent()).isFalse();
                            assertThat(failed.message())
                                    .startsWith("EKS Auth has failed many times");
                        });
        assertThat(calls()).hasSize(asked);
        assertThat(metrics.get("pod_identity_agent_eks_auth_breaker_open").gauge().value()).isOne();

        peer.answer(EksAuthAnswers.issued());
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(fetch()).isInstanceOf(Issued.class));
        assertThat(fetch()).isInstanceOf(Issued.class);
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void callsWithoutAnAnswerDoNotOpenTheBreakerWhileOthersAreAnswered() throws Exception {
        Answer issued = EksAuthAnswers.issued();
        peer.answer(
                (request, out) ->
                        (request.body().contains("lost") ? Answer.silence() : issued)
                                .to(request, out));
        List<FutureTask<CredentialOutcome>> lost = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            var call =
                    new FutureTask<>(
                            () -> source.fetch(new CredentialRequest("lost.pods.t", null)));
            lost.add(call);
            Thread.ofVirtual().start(call);
        }
        // Less often than one in five, or the ratio would keep it closed.
        await().pollInterval(Duration.ofMillis(400))
                .until(
                        () -> {
                            assertThat(fetch()).isInstanceOf(Issued.class);
                            return lost.stream().allMatch(FutureTask::isDone);
                        });
        for (FutureTask<CredentialOutcome> call : lost) {
            assertThat(call.get()).isInstanceOf(Failed.class);
        }
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void breakerStaysClosedWhileSomeCallsSucceed() {
        Answer bad = EksAuthAnswers.error(500, "InternalServerException", "x");
        Answer[] turns = new Answer[41];
        for (int i = 0; i < turns.length; i++) {
            turns[i] = i % 4 == 3 ? EksAuthAnswers.issued() : bad;
        }
        peer.answer(turns);
        for (int i = 0; i < 15; i++) {
            fetch();
        }
        assertThat(state()).isEqualTo(CircuitBreakerState.CLOSED);
    }

    /** More would wait for a connection with their time-outs running, and look like an outage. */
    @Test
    void cacheMakesNoMoreCallsThanThereAreConnections() {
        assertThat(CacheSettings.of(Duration.ofHours(3), 1, 1).concurrentFetches())
                .isEqualTo(EksAuthCalls.MAX_CONCURRENT)
                .isEqualTo(HttpClient.MAX_CONNECTIONS);
    }

    @Test
    void noMoreCallsRunAtOnceThanAllowedAndTheRestIsTurnedAwayAsBusy() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        peer.answer(Answer.after(open, EksAuthAnswers.error(400, "InvalidRequestException", "x")));
        List<FutureTask<CredentialOutcome>> calls = new ArrayList<>();
        for (int i = 0; i < EksAuthCalls.MAX_CONCURRENT + 10; i++) {
            FutureTask<CredentialOutcome> call = new FutureTask<>(this::fetch);
            calls.add(call);
            Thread.ofVirtual().start(call);
        }
        await().until(() -> calls.stream().filter(FutureTask::isDone).count() >= 10);
        open.countDown();
        List<CredentialOutcome> outcomes = new ArrayList<>();
        for (FutureTask<CredentialOutcome> call : calls) {
            outcomes.add(call.get(10, TimeUnit.SECONDS));
        }
        assertThat(peer.mostAtOnce()).isLessThanOrEqualTo(EksAuthCalls.MAX_CONCURRENT);
        assertThat(outcomes)
                .filteredOn(
                        outcome ->
                                outcome instanceof Rejected(Reason reason, _)
                                        && reason == Reason.BUSY)
                .hasSize(10);
    }

    @Test
    void warmUpOpensAConnectionAndAsksEksAuthForNothing() {
        assertThat(warmUp.fetch(REQUEST)).isInstanceOf(Issued.class);
        assertThat(peer.requests())
                .singleElement()
                .satisfies(
                        request -> {
                            assertThat(request.method()).isEqualTo("HEAD");
                            assertThat(request.target()).isEqualTo("/");
                            assertThat(request.headers()).doesNotContainKey("Authorization");
                        });
    }

    @Test
    void warmUpDoesNotWaitForAPeerThatHangs() {
        peer.answer(Answer.silence());
        long start = System.nanoTime();
        assertThat(warmUp.fetch(REQUEST)).isInstanceOf(Issued.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }

    /** With nothing of the node's own: another process may have the port by then. */
    @Test
    void warmUpMayCallAServerOfItsOwn() {
        peer.answer(Answer.of(200, WarmUpSource.answer(Instant.now())));
        warmUp.call(peer.address());
        assertThat(warmUp.fetch(REQUEST)).isInstanceOf(Issued.class);
        assertThat(peer.requests())
                .singleElement()
                .satisfies(
                        request -> {
                            assertThat(request.method()).isEqualTo("POST");
                            assertThat(request.target()).isEqualTo("/");
                            assertThat(request.headers().keySet())
                                    .map(name -> name.toLowerCase(Locale.ROOT))
                                    .doesNotContain("authorization", "x-amz-security-token");
                        });
    }

    /** It says nothing about EKS Auth, which does not answer. */
    @Test
    void warmUpNeitherKeepsTheBreakerFromOpeningNorClosesIt() {
        peer.answer(Answer.silence());
        List<FutureTask<CredentialOutcome>> lost = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            var call = new FutureTask<>(this::fetch);
            lost.add(call);
            Thread.ofVirtual().start(call);
        }
        await().until(
                        () -> {
                            assertThat(warmUp.fetch(REQUEST)).isInstanceOf(Issued.class);
                            return lost.stream().allMatch(FutureTask::isDone);
                        });
        assertThat(state()).isEqualTo(CircuitBreakerState.OPEN);

        peer.answer(EksAuthAnswers.issued());
        // The breaker lets a call through again after two seconds.
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            assertThat(warmUp.fetch(REQUEST)).isInstanceOf(Issued.class);
                            return state() != CircuitBreakerState.CLOSED;
                        });
    }

    @Test
    void warmUpIsNotCounted() {
        long before = tries();
        warmUp.fetch(REQUEST);
        assertThat(tries()).isEqualTo(before);
        fetch();
        assertThat(tries()).isEqualTo(before + 1);
    }

    /** Calls of the API, without the look that the agent takes at its host as it starts. */
    private List<Request> calls() {
        return peer.requests().stream().filter(request -> request.method().equals("POST")).toList();
    }

    private CredentialOutcome fetch() {
        return source.fetch(REQUEST);
    }

    private CircuitBreakerState state() {
        return breakers.currentState(EksAuthCalls.BREAKER);
    }

    private double retries() {
        return metrics.get("pod_identity_agent_eks_auth_retries").counter().count();
    }

    private long tries() {
        return tries("Success");
    }

    private long tries(String result) {
        Timer timer =
                metrics.find("pod_identity_agent_eks_auth_duration").tag("result", result).timer();
        return timer == null ? 0 : timer.count();
    }
}
