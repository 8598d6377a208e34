package io.podidentity.bench;

import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** New pods, each with an address and a token of its own, that ask as the strictest SDK does. */
final class Pods {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int TRIES = 3;

    /** Of a loopback network, from its first. */
    private static final int ADDRESSES_PER_NETWORK = 250;

    private static final List<String> TOKENS = new ArrayList<>();

    private final List<String> tokens;
    private final AtomicInteger servedAtOnce = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicLong lastServed = new AtomicLong();

    /** So many of those that there are, which keep their tokens, from one on. */
    Pods(int first, int count) {
        while (TOKENS.size() < first + count) {
            TOKENS.add(token(TOKENS.size()));
        }
        tokens = List.copyOf(TOKENS.subList(first, first + count));
    }

    /**
     * What came of it.
     *
     * @param servedAtOnce on the first try, within a second
     * @param served at all
     * @param last when the last of them was served
     */
    record Result(int servedAtOnce, int served, Duration last) {}

    private static String token(int number) {
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("shop", "orders", "orders-" + number, "uid-" + number)
                .sign();
    }

    /** All ask at once. */
    Result ask(int port) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return ask(port, threads);
        }
    }

    /** So many ask at a time, and then the next. */
    Result ask(int port, int atATime) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(atATime)) {
            return ask(port, threads);
        }
    }

    private Result ask(int port, ExecutorService threads) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(tokens.size());
        long start = System.nanoTime();
        for (int i = 0; i < tokens.size(); i++) {
            int pod = i;
            threads.execute(
                    () -> {
                        try {
                            ask(port, pod, start);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        } finally {
                            done.countDown();
                        }
                    });
        }
        done.await();
        return new Result(servedAtOnce.get(), served.get(), Duration.ofNanos(lastServed.get()));
    }

    private void ask(int port, int pod, long start) throws InterruptedException {
        String from =
                "127.1." + pod / ADDRESSES_PER_NETWORK + "." + (1 + pod % ADDRESSES_PER_NETWORK);
        for (int number = 1; number <= TRIES; number++) {
            long asked = System.nanoTime();
            if (serves(port, from, tokens.get(pod))) {
                long now = System.nanoTime();
                served.incrementAndGet();
                if (number == 1 && now - asked < PATIENCE.toNanos()) {
                    servedAtOnce.incrementAndGet();
                }
                lastServed.accumulateAndGet(now - start, Math::max);
                return;
            }
            Thread.sleep(PATIENCE);
        }
    }

    private static boolean serves(int port, String from, String token) {
        try (RawConnection sdk = new RawConnection("127.0.0.1", port, from, PATIENCE)) {
            return sdk.send(request(token)).read().status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What the first of them sends. */
    String request() {
        return request(tokens.getFirst());
    }

    /** With the only host that every agent accepts. */
    private static String request(String token) {
        return "GET /v1/credentials HTTP/1.1\r\nHost: 169.254.170.23\r\nAuthorization: "
                + token
                + "\r\n\r\n";
    }
}
