package io.podidentity.soak;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Weeks of a node's life in minutes ({@code -Dsoak.length=PT1H}): credentials and tokens that
 * expire at once, pods that come and go, an EKS Auth that fails now and then, and addresses that
 * can never be bound. What the agent holds does not grow.
 */
class SoakIT {

    private static final Duration LENGTH =
            Duration.parse(System.getProperty("soak.length", "PT10M"));

    private static final Duration CREDENTIALS = Duration.ofMinutes(1);

    /** So many that even little in each attempt shows in ten minutes; the node has none of them. */
    private static final int BINDS_THAT_NEVER_WORK = 20;

    private static final Duration SAMPLED_EVERY = Duration.ofSeconds(10);

    /** In samples: the fourth one falls into a failure. */
    private static final int FAILS_ONE_IN = 4;

    private static final List<Answer> FAILURES =
            List.of(
                    EksAuthAnswers.error(503, "ServiceUnavailableException", "not now"),
                    EksAuthAnswers.error(429, "ThrottlingException", "Rate exceeded"),
                    EksAuthAnswers.brokenOff(),
                    EksAuthAnswers.json("[]"),
                    SoakIT::lateFailure);

    private final Map<Figure, List<Long>> samples = new EnumMap<>(Figure.class);

    @TempDir private Path folder;

    @Test
    @Timeout(value = 90, unit = TimeUnit.MINUTES)
    void whatTheAgentHoldsDoesNotGrow() throws Exception {
        try (EksAuthPeer peer = EksAuthPeer.start(CREDENTIALS);
                PackagedAgent agent = agent(peer);
                Pods pods = new Pods(agent.awaitReady())) {
            long begun = System.nanoTime();
            for (int sample = 1; since(begun).compareTo(LENGTH) < 0; sample++) {
                fail(peer, sample);
                untilNext(begun, sample);
                measure(agent);
            }

            print(pods);
            assertThat(agent.isAlive()).isTrue();
            assertThat(pods.faults()).isEmpty();
            assertThat(pods.answers().get(200)).as("served").isGreaterThan(1_000);
            assertThat(agent.get(agent.metrics("/metrics")).body())
                    .containsPattern(
                            "pod_identity_agent_cache_renewals_total\\{result=\"success\",?\\} [1-9]\\d");
            assertThat(agent.everything()).doesNotContain("\"level\":\"ERROR\"");
        }
        for (Figure figure : Figure.values()) {
            assertThat(new Trend(samples.get(figure)).growth())
                    .as("growth of %s: %s", figure, samples.get(figure))
                    .isLessThan(figure.noise());
        }
    }

    private PackagedAgent agent(EksAuthPeer peer) throws IOException {
        Stream<String> missing =
                IntStream.rangeClosed(1, BINDS_THAT_NEVER_WORK).mapToObj(i -> "192.0.2." + i);
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA), UTF_8);
        return PackagedAgent.server()
                .jvm("@" + Path.of("src/main/docker/java.args"))
                .bindHosts(Stream.concat(Stream.of("127.0.0.1"), missing).toArray(String[]::new))
                .endpoint(peer.endpoint())
                .flags("--jwks-file", keys.toString())
                .start();
    }

    private static void fail(EksAuthPeer peer, int sample) {
        Pods.ACCOUNTS.forEach(peer::answerAsEksAuth);
        if (sample % FAILS_ONE_IN == 0) {
            Answer failure = FAILURES.get(sample / FAILS_ONE_IN % FAILURES.size());
            // Some of the pods, so that there is something to renew all the while.
            Pods.ACCOUNTS.stream().skip(1).forEach(account -> peer.answer(account, failure));
        }
    }

    private static boolean lateFailure(Request request, OutputStream out)
            throws IOException, InterruptedException {
        boolean never = new CountDownLatch(1).await(3, TimeUnit.SECONDS);
        assertThat(never).isFalse();
        return EksAuthAnswers.error(500, "InternalServerException", "late").to(request, out);
    }

    private void measure(PackagedAgent agent) throws IOException {
        for (Figure figure : Figure.values()) {
            samples.computeIfAbsent(figure, first -> new ArrayList<>()).add(figure.of(agent));
        }
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static void untilNext(long begun, int sample) throws InterruptedException {
        Duration left = SAMPLED_EVERY.multipliedBy(sample).minus(since(begun));
        TimeUnit.MILLISECONDS.sleep(Math.max(0, left.toMillis()));
    }

    private void print(Pods pods) {
        System.out.println("answers " + pods.answers());
        samples.forEach((figure, values) -> System.out.println(figure + " " + values));
    }
}
