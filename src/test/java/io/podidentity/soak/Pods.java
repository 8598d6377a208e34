package io.podidentity.soak;

import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The pods of a node, who come, ask with tokens that change, misbehave now and then, and go. */
final class Pods implements AutoCloseable {

    static final List<String> ACCOUNTS = List.of("soak-0", "soak-1", "soak-2", "soak-3");

    private static final Duration TOKEN = Duration.ofMinutes(2);
    private static final int PODS = 40;
    private static final int THREADS = 4;
    private static final int MISBEHAVES_ONE_IN = 10;

    private final PackagedAgent agent;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    THREADS, Thread.ofPlatform().daemon().name("pods-", 0).factory());
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private volatile boolean over;

    Pods(PackagedAgent agent) {
        this.agent = agent;
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(thread);
            threads.execute(() -> live(random));
        }
    }

    private void live(Random random) {
        List<Pod> pods = new ArrayList<>();
        try {
            while (!over) {
                pods.removeIf(pod -> !pod.lives());
                while (pods.size() < PODS / THREADS) {
                    pods.add(new Pod(random));
                }
                Pod pod = pods.get(random.nextInt(pods.size()));
                if (random.nextInt(MISBEHAVES_ONE_IN) == 0) {
                    misbehave(pod, random);
                } else {
                    count(agent.ask(pod.token()).statusCode());
                }
                // The pace of pods, not a condition that is waited for.
                TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
            }
        } catch (RuntimeException | IOException e) {
            faults.add(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void misbehave(Pod pod, Random random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> count(agent.ask("not a token").statusCode());
            case 1 ->
                    count(
                            agent.ask(TestTokens.at(pod.born).expiresAt(pod.born).sign())
                                    .statusCode());
            case 2 -> leave(request(pod));
            default -> leave("GET /v1/credentials HTTP/1.1\r\nHost: 127.0");
        }
    }

    private String request(Pod pod) {
        return "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: %s\r\n\r\n"
                .formatted(agent.port(), pod.token());
    }

    /** Says something and does not wait for the answer. */
    private void leave(String text) throws IOException {
        try (RawConnection connection = new RawConnection("127.0.0.1", agent.port())) {
            connection.send(text);
        }
    }

    private synchronized void count(int status) {
        answers.merge(status, 1, Integer::sum);
    }

    /** How often which status was answered. */
    synchronized Map<Integer, Integer> answers() {
        return Map.copyOf(answers);
    }

    /** What went wrong on the way to the agent. */
    List<Throwable> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void close() {
        over = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("pods that do not go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Pod {

        private final Instant born = Instant.now();
        private final Instant dies;
        private final String account;
        private final String uid;
        private Instant signed = Instant.MIN;
        private String token = "";

        Pod(Random random) {
            dies = born.plusSeconds(30 + random.nextInt(150));
            account = ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
            uid = "uid-" + Long.toHexString(random.nextLong());
        }

        boolean lives() {
            return Instant.now().isBefore(dies);
        }

        /** As kubelet projects it: a new one at four fifths of the old one's life. */
        String token() {
            Instant now = Instant.now();
            if (signed.plus(TOKEN.multipliedBy(4).dividedBy(5)).isBefore(now)) {
                signed = now;
                token =
                        TestTokens.at(now.minusSeconds(1))
                                .pod("shop", account, account + uid, uid)
                                .expiresAt(now.plus(TOKEN))
                                .sign();
            }
            return token;
        }
    }
}
