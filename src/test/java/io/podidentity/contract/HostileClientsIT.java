package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HostileClients;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.eks.EksClient;

/**
 * The packaged products within the memory that the image gives them, under all at once that one
 * pod, or a few, can do to them.
 */
class HostileClientsIT {

    /** What the strictest SDKs wait for an answer, and how often they ask. */
    private static final Duration SDK_TIMEOUT = Duration.ofSeconds(1);

    private static final int SDK_TRIES = 4;

    /**
     * On a busy machine its connections wait among its neighbour's, of which forty a second come.
     */
    private static final int NEIGHBOUR_TRIES = 12;

    /** What kubelet is told to wait for a probe. */
    private static final Duration KUBELET_TIMEOUT = Duration.ofSeconds(10);

    private static final int ROUNDS = 60;

    /** Who shares it, as pods do whose network hides them behind their node, may need retries. */
    private static final String ATTACKER = "127.0.0.3";

    private static final String NO_TOKEN = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    private static final String START = "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ";

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", ATTACKER})
    void victimAndProbesAreServedWhileOthersHoldAllTheyCan(String victim) throws IOException {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent =
                        PackagedAgent.server()
                                .endpoint(peer.endpoint())
                                .memoryOfImage()
                                .start()
                                .awaitReady();
                HostileClients pods = new HostileClients(agent.port());
                HostileClients watchers = new HostileClients(agent.metrics("/").getPort())) {
            Request own = ContractTable.good().request();
            Request attackers = ContractTable.good("attacker").request();
            assertThat(ask(victim, agent.port(), attackers).status()).isEqualTo(200);
            assertThat(ask(victim, agent.port(), own).status()).isEqualTo(200);

            pods.hold("127.0.0.3", 512, START + "x".repeat(31_000));
            pods.hold("127.0.0.4", 512, START.strip() + "\r\n" + "a:b\r\n".repeat(6_000));
            pods.neverRead("127.0.0.5", 64, 512, RawCall.text(attackers, agent.port()));
            pods.neverRead("127.0.0.6", 64, 2_048, NO_TOKEN);
            for (int i = 1; i <= 8; i++) {
                pods.hold("127.0.1." + i, 512, NO_TOKEN);
            }
            watchers.hold("127.0.0.3", 512, START + "x".repeat(31_000));
            watchers.neverRead("127.0.0.7", 64, 16, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
            pods.awaitFullStrength();
            watchers.awaitFullStrength();
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(ask(victim, agent.port(), own).status()).isEqualTo(200);
                Request fresh = ContractTable.good("pod " + round).request();
                assertThat(ContractTable.ask(() -> ask(victim, agent.port(), fresh)).status())
                        .isEqualTo(200);
                forge(agent.port(), round);
                assertAnswers(agent.probe("/healthz"));
                assertAnswers(agent.probe("/readyz"));
            }

            pods.stop();
            watchers.stop();
            assertThat(agent.stop()).isZero();
            assertThat(agent.everything()).doesNotContain("OutOfMemory", "\"level\":\"ERROR\"");
            assertThat(agent.stdout().stream().filter(line -> line.contains("No credentials")))
                    .hasSizeLessThan(ROUNDS * 10);
            assertThat(agent.stdout()).allMatch(line -> line.length() < 2_000);
        }
    }

    @Test
    void callersAndProbesOfAuthAreServedWhileOthersHoldAllTheyCan(@TempDir Path folder)
            throws IOException {
        String start = "POST /clusters/dev/assume-role-for-pod-identity HTTP/1.1\r\nHost: x\r\n";
        try (OwnAuth auth =
                        OwnAuth.start(
                                folder,
                                URI.create("http://127.0.0.1:9"),
                                PackagedAgent.Builder::memoryOfImage);
                EksClient eks = OwnAuth.eks(auth.endpoint(), OwnAuth.ADMIN, OwnAuth.ADMIN_SECRET);
                HostileClients attackers = new HostileClients(auth.process().port())) {
            attackers.hold("127.0.0.3", 1_200, start + "X-A: " + "x".repeat(15_000));
            attackers.hold("127.0.0.4", 512, start + "a:b\r\n".repeat(3_000));
            attackers.hold(
                    "127.0.0.8", 512, start + "Content-Length: 60000\r\n\r\n" + "x".repeat(59_000));
            attackers.neverRead("127.0.0.5", 64, 512, start + "Content-Length: 2\r\n\r\n{}");
            for (int i = 1; i <= 8; i++) {
                attackers.hold("127.0.1." + i, 512, NO_TOKEN);
            }
            attackers.awaitFullStrength();
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(
                                asSdksDo(
                                        SDK_TRIES,
                                        () ->
                                                eks.listPodIdentityAssociations(
                                                                r ->
                                                                        r.clusterName("dev")
                                                                                .overrideConfiguration(
                                                                                        o ->
                                                                                                o
                                                                                                        .apiCallAttemptTimeout(
                                                                                                                SDK_TIMEOUT)))
                                                        .associations()))
                        .isEmpty();
                assertAnswers(auth.process().probe("/healthz"));
                assertAnswers(auth.process().probe("/readyz"));
            }

            attackers.stop();
            assertThat(auth.process().stop()).isZero();
            assertThat(auth.process().everything())
                    .doesNotContain("OutOfMemory", "\"level\":\"ERROR\"");
        }
    }

    /** Ten tokens that the cluster did not sign, as long as are read, with words for the log. */
    private static void forge(int port, int round) throws IOException {
        for (int i = 0; i < 10; i++) {
            String words = "x".repeat(5_000) + "\u0007";
            String forged =
                    TestTokens.at(Instant.now())
                            .pod(words, "forged", "forged-" + round + "-" + i, "uid")
                            .key(TestKeys.FOREIGN_RSA)
                            .sign();
            try (RawConnection client = new RawConnection("127.0.0.1", port, "127.0.0.9")) {
                Answer answer =
                        client.send(
                                        "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                                + "Authorization: "
                                                + forged
                                                + "\r\n\r\n")
                                .read();
                assertThat(answer.status()).isBetween(400, 503);
                assertThat(answer.body()).doesNotContain("is malformed");
            }
        }
    }

    private static Answer ask(String from, int port, Request request) throws IOException {
        return asSdksDo(
                from.equals(ATTACKER) ? NEIGHBOUR_TRIES : SDK_TRIES,
                () -> {
                    try (RawConnection client =
                            new RawConnection("127.0.0.1", port, from, SDK_TIMEOUT)) {
                        Answer answer = RawCall.ask(client, request, port);
                        if (from.equals(ATTACKER)
                                && answer.body().contains("Too many connections")) {
                            throw new SocketTimeoutException("cut off with its neighbour");
                        }
                        return answer;
                    }
                });
    }

    /** The JDK's client, when the SDK's timer closes its connection at an unlucky moment. */
    private static boolean closedWhileItRead(Exception e) {
        return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                .filter(NullPointerException.class::isInstance)
                .flatMap(cause -> Arrays.stream(cause.getStackTrace()))
                .anyMatch(frame -> frame.getClassName().endsWith(".HttpURLConnection"));
    }

    /** What was slow once on a busy machine is asked again; what is refused is not. */
    private static <T> T asSdksDo(int tries, Callable<T> question) throws IOException {
        List<Exception> failures = new ArrayList<>();
        while (failures.size() < tries) {
            try {
                return question.call();
            } catch (SocketTimeoutException
                    | software.amazon.awssdk.core.exception.SdkClientException e) {
                failures.add(e);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                if (!closedWhileItRead(e)) {
                    throw new IllegalStateException(e);
                }
                failures.add(e);
            }
        }
        throw new AssertionError("late " + tries + " times: " + failures);
    }

    private static void assertAnswers(URI probe) throws IOException {
        try (RawConnection kubelet =
                new RawConnection("127.0.0.1", probe.getPort(), null, KUBELET_TIMEOUT)) {
            Answer answer =
                    kubelet.send("GET " + probe.getPath() + " HTTP/1.1\r\nHost: x\r\n\r\n").read();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
    }
}
