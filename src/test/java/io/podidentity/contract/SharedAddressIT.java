package io.podidentity.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged agent where all pods come from one address, as where the network hides them behind
 * their node; with the cluster's keys and without.
 */
@Timeout(300)
class SharedAddressIT {

    private static final int MANY = 3_000;
    private static final int CLIENTS = 16;
    private static final int VICTIMS = 40;
    private static final int FORGERS = 2;

    /** So often an SDK in a pod that needs credentials has asked within a minute. */
    private static final int TRIES = 60;

    /** To send more is to cost the machine, and not the agent's other clients. */
    private static final Duration BETWEEN_FORGED = Duration.ofMillis(5);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    private static final String FORGED = "forged";

    @TempDir Path folder;
    private final AtomicInteger forgedCalls = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thousandsOfPodsAreServed(boolean keysKnown) throws Exception {
        try (HttpPeer peer = eksAuth();
                PackagedAgent agent = agent(peer, keysKnown)) {
            List<Callable<Integer>> pods = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                pods.add(
                        () -> {
                            int served = 0;
                            for (int pod = first; pod < MANY; pod += CLIENTS) {
                                served += tries(agent, genuine(pod)) > 0 ? 1 : 0;
                            }
                            return served;
                        });
            }
            int served = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
                for (Future<Integer> each : threads.invokeAll(pods)) {
                    served += each.get();
                }
            }
            assertThat(served).isEqualTo(MANY);
            assertThat(agent.get(agent.metrics("/metrics")).body())
                    .doesNotContain("reason=\"TooManyRequests\"", "code=\"429\"");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void forgerStarvesNoPodOfItsAddress(boolean keysKnown) throws Exception {
        long start = System.nanoTime();
        AtomicInteger forged = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        try (HttpPeer peer = eksAuth();
                PackagedAgent agent = agent(peer, keysKnown);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int forger = 0; forger < FORGERS; forger++) {
                threads.execute(
                        () -> {
                            try {
                                while (true) {
                                    int status = ask(agent, forged(forged.incrementAndGet()));
                                    served.addAndGet(status == 200 ? 1 : 0);
                                    refused.addAndGet(status == 429 ? 1 : 0);
                                    Thread.sleep(BETWEEN_FORGED);
                                }
                            } catch (InterruptedException end) {
                                Thread.currentThread().interrupt();
                            }
                        });
            }
            // Its address has used up what it had.
            await().atMost(Duration.ofMinutes(1)).until(() -> refused.get() > 0);
            List<Future<Integer>> victims = new ArrayList<>();
            for (int pod = 0; pod < VICTIMS; pod++) {
                String token = genuine(pod);
                victims.add(threads.submit(() -> tries(agent, token)));
            }
            int tries = 0;
            for (Future<Integer> victim : victims) {
                assertThat(victim.get()).isPositive();
                tries += victim.get();
            }
            threads.shutdownNow();
            long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;
            System.out.printf(
                    "keys %s: %d forged tokens, %d of them sent to EKS Auth; %d pods, %d tries%n",
                    keysKnown ? "known" : "unknown",
                    forged.get(),
                    forgedCalls.get(),
                    VICTIMS,
                    tries);
            assertThat(served).hasValue(0);
            if (keysKnown) {
                assertThat(tries).isLessThan(2 * VICTIMS);
            }
            // What the limit lets through, and not what the forger sends.
            assertThat(forgedCalls.get()).isLessThan(500 + 60 * (int) seconds);
        }
    }

    private HttpPeer eksAuth() {
        Answer issued = EksAuthAnswers.issued();
        Answer refused = EksAuthAnswers.error(400, "InvalidTokenException", "forged");
        return new HttpPeer()
                .answer(
                        (request, out) -> {
                            boolean fake = request.body().contains(signature(FORGED));
                            forgedCalls.addAndGet(fake ? 1 : 0);
                            return (fake ? refused : issued).to(request, out);
                        });
    }

    private PackagedAgent agent(HttpPeer peer, boolean keysKnown) throws IOException {
        PackagedAgent.Builder agent =
                PackagedAgent.server().memoryOfImage().endpoint(peer.address());
        if (keysKnown) {
            Path keys = folder.resolve("keys");
            Files.writeString(keys, TestKeys.jwks(TestKeys.RSA));
            agent.flags("--jwks-file", keys.toString());
        }
        return agent.start().awaitReady();
    }

    private static String genuine(int pod) {
        return token("orders", pod).sign();
    }

    private static TestTokens token(String serviceAccount, int pod) {
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("shop", serviceAccount, serviceAccount + pod, "uid-" + pod);
    }

    /** All that can be known of a genuine one, of a pod at random, but the key. */
    private static String forged(int number) {
        String header =
                new JsonObject().put("alg", "RS256").put("kid", TestKeys.RSA.keyId()).encode();
        return base64(header)
                + "."
                + base64(token("orders", VICTIMS + number).payload())
                + "."
                + signature(FORGED);
    }

    private static String signature(String text) {
        return base64(text.repeat(42));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    /** With how many tries a pod got its credentials; 0 if it did not. */
    private static int tries(PackagedAgent agent, String token)
            throws IOException, InterruptedException {
        for (int number = 1; number <= TRIES; number++) {
            if (ask(agent, token) == 200) {
                return number;
            }
            Thread.sleep(BETWEEN_TRIES);
        }
        return 0;
    }

    private static int ask(PackagedAgent agent, String token) {
        try (RawConnection sdk = new RawConnection("127.0.0.1", agent.port())) {
            return sdk.send(
                            "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                                    + token
                                    + "\r\n\r\n")
                    .read()
                    .status();
        } catch (IOException e) {
            // As where the agent is overrun for a moment, or ends.
            return 0;
        }
    }
}
