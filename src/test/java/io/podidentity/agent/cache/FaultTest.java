package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.harness.VirtualTimeline;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of callers and entries when the source fails in each way it can. */
class FaultTest {

    private final CacheRig rig = new CacheRig();

    /** Fault, what a new pod sees at first, whether a cached pod is served until its expiry. */
    static Stream<Arguments> faults() {
        return Stream.of(
                fault("unavailable", FaultTest::unavailable, "503", true),
                fault("internal error", FaultTest::internal, "500", true),
                fault("connection reset", FaultTest::reset, "502", true),
                fault("throttled", FaultTest::throttled, "BUSY", true),
                fault("asked to come back later", FaultTest::later, "BUSY", true),
                fault("node's role refused", FaultTest::signerRefused, "503", true),
                fault("garbage", FaultTest::garbage, "502", true),
                fault("turned away by the source", FaultTest::busy, "BUSY", true),
                fault("a bug", FaultTest::bug, "500", true),
                fault("an error", FaultTest::error, "500", true),
                fault("expired credentials", FaultTest::expired, "502", true),
                fault("credentials with 10 s left", FaultTest::spent, "served", true),
                fault("expired token", FaultTest::expiredToken, "400", true),
                fault("denied", FaultTest::deny, "400", false),
                fault("no association", FaultTest::notFound, "404", false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void newPodIsToldWithinASecond(String name, Fault fault, String seen, boolean kept) {
        rig.source.answers(request -> fault.apply(rig, request));
        CompletableFuture<Answer> asked = rig.ask(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));

        assertThat(asked).isCompletedWithValueMatching(answer -> seen.equals(seen(answer)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void cachedPodIsServedUntilItsCredentialsEnd(
            String name, Fault fault, String seen, boolean kept) {
        rig.answer(Tokens.of("a"));
        rig.source.answers(request -> fault.apply(rig, request));
        rig.advance(Duration.ofHours(5).plusMinutes(59));

        assertThat(CacheRig.hit(rig.answer(Tokens.of("a")))).isEqualTo(kept);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void everythingIsBackToNormalSoonAfter(String name, Fault fault, String seen, boolean kept) {
        rig.answer(Tokens.of("a"));
        rig.source.answers(request -> fault.apply(rig, request));
        rig.send(Tokens.of("b"));
        rig.advance(Duration.ofHours(5));
        rig.source.recovers();
        rig.send(Tokens.of("a"));
        rig.send(Tokens.of("b"));
        rig.advance(Duration.ofMinutes(8));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.ask(Tokens.of("b"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.cache.flights()).isZero();
        assertThat(rig.cache.fetchesRunning()).isZero();
        assertThat(rig.cache.fetchesWaiting()).isZero();
    }

    @Test
    void podThatKeepsAskingDoesNotAddToThrottling() {
        rig.source.fails(FakeSource.throttled());
        for (int i = 0; i < 600; i++) {
            rig.send(Tokens.of("a"));
            rig.advance(Duration.ofMillis(100));
        }

        assertThat(rig.source.count()).isBetween(60_000 / 3_100, 60_000 / 1_500 + 1);
    }

    @Test
    void sourceThatNeverAnswersIsInterrupted() throws Exception {
        VirtualTimeline timeline = new VirtualTimeline();
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                CredentialCache cache =
                        new CredentialCache(
                                request -> hang(called, interrupted),
                                new FakeVerifier(),
                                CacheRig.SETTINGS,
                                timeline,
                                threads,
                                new Random(42),
                                SealedEntries.NONE,
                                CacheEvents.NONE)) {
            var _ = cache.get(Tokens.of("a"), CacheRig.CLIENT);
            assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();

            timeline.advance(Duration.ofSeconds(10));

            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static CredentialOutcome hang(CountDownLatch called, CountDownLatch interrupted) {
        called.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return FakeSource.unavailable();
    }

    @FunctionalInterface
    interface Fault extends BiFunction<CacheRig, CredentialRequest, CredentialOutcome> {}

    private static Arguments fault(String name, Fault fault, String seen, boolean kept) {
        return Arguments.of(name, fault, seen, kept);
    }

    private static String seen(Answer answer) {
        return switch (answer.outcome()) {
            case Issued issued -> "served";
            case Failed failed -> String.valueOf(failed.status());
            case Rejected rejected -> rejected.reason().name();
        };
    }

    private static CredentialOutcome unavailable(CacheRig rig, CredentialRequest request) {
        return FakeSource.unavailable();
    }

    private static CredentialOutcome internal(CacheRig rig, CredentialRequest request) {
        return failed("InternalServerException", 500, false);
    }

    private static CredentialOutcome reset(CacheRig rig, CredentialRequest request) {
        return failed("Unreachable", 502, false);
    }

    private static CredentialOutcome throttled(CacheRig rig, CredentialRequest request) {
        return FakeSource.throttled();
    }

    private static CredentialOutcome later(CacheRig rig, CredentialRequest request) {
        return new Failed(
                "ServiceUnavailableException", 503, false, "later", Duration.ofSeconds(2));
    }

    private static CredentialOutcome signerRefused(CacheRig rig, CredentialRequest request) {
        return failed("SignerRefused", 503, false);
    }

    private static CredentialOutcome garbage(CacheRig rig, CredentialRequest request) {
        return failed("UnusableAnswer", 502, false);
    }

    private static CredentialOutcome busy(CacheRig rig, CredentialRequest request) {
        return new Rejected(Reason.BUSY, "the breaker is open");
    }

    private static CredentialOutcome bug(CacheRig rig, CredentialRequest request) {
        throw new IllegalStateException("bug");
    }

    private static CredentialOutcome error(CacheRig rig, CredentialRequest request) {
        throw new StackOverflowError("deep");
    }

    private static CredentialOutcome expired(CacheRig rig, CredentialRequest request) {
        rig.source.lifetime(Duration.ZERO);
        CredentialOutcome issued = rig.source.issued(request);
        rig.source.lifetime(Duration.ofHours(6));
        return issued;
    }

    private static CredentialOutcome spent(CacheRig rig, CredentialRequest request) {
        rig.source.lifetime(Duration.ofSeconds(10));
        CredentialOutcome issued = rig.source.issued(request);
        rig.source.lifetime(Duration.ofHours(6));
        return issued;
    }

    private static CredentialOutcome expiredToken(CacheRig rig, CredentialRequest request) {
        return failed("ExpiredTokenException", 400, true);
    }

    private static CredentialOutcome deny(CacheRig rig, CredentialRequest request) {
        return denied();
    }

    private static CredentialOutcome notFound(CacheRig rig, CredentialRequest request) {
        return failed("ResourceNotFoundException", 404, true);
    }
}
