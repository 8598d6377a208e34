package io.podidentity.contract;

import static java.util.stream.Collectors.joining;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * Pods that ask for credentials a hundred times a second in all, one try each: half of them over
 * connections of their own, half over one that they keep.
 */
final class SteadyLoad implements AutoCloseable {

    private static final int PODS = 8;
    private static final long MILLIS = 80;

    /** The patience of the most impatient SDKs. */
    private static final Duration STRICTEST = Duration.ofSeconds(1);

    /** Late is not lost, and how late it is depends on the machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final LongAccumulator slowest = new LongAccumulator(Long::max, 0);
    private final LongAccumulator gap = new LongAccumulator(Long::max, 0);
    private final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());
    private volatile boolean stopped;

    private SteadyLoad(int port) {
        this.port = port;
    }

    static SteadyLoad start(int port, Request request) {
        SteadyLoad load = new SteadyLoad(port);
        for (int i = 0; i < PODS; i++) {
            boolean keeps = i % 2 == 0;
            load.threads.add(
                    Thread.ofPlatform()
                            .name("pod-" + i)
                            .daemon()
                            .start(() -> load.ask(request, keeps)));
        }
        return load;
    }

    private void ask(Request request, boolean keeps) {
        RawConnection connection = null;
        while (!stopped) {
            long start = System.nanoTime();
            connection = ask(connection, request, keeps);
            long took = System.nanoTime() - start;
            slowest.accumulate(took);
            if (took > STRICTEST.toNanos()) {
                late.incrementAndGet();
            }
            try {
                Thread.sleep(MILLIS);
            } catch (InterruptedException e) {
                break;
            }
        }
        leave(connection);
    }

    private @Nullable RawConnection ask(
            @Nullable RawConnection kept, Request request, boolean keeps) {
        RawConnection connection = kept;
        try {
            if (connection == null) {
                connection = new RawConnection("127.0.0.1", port, null, PATIENCE);
            }
            Answer answer = RawCall.ask(connection, request, port);
            if (answer.status() == 200) {
                answered.incrementAndGet();
                long now = System.nanoTime();
                gap.accumulate(now - lastAnswer.getAndSet(now));
            } else {
                failed(answer.status() + " " + answer.body());
            }
            if (keeps && !"close".equals(answer.header("Connection"))) {
                return connection;
            }
        } catch (IOException e) {
            failed((kept == null ? "new connection: " : "kept connection: ") + e);
        }
        leave(connection);
        return null;
    }

    private void failed(String how) {
        failures.merge(how, 1, Integer::sum);
    }

    private static void leave(@Nullable RawConnection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            // Left all the same.
        }
    }

    /** How many requests have been answered with credentials so far. */
    int answered() {
        return answered.get();
    }

    /** How many requests took longer than the most impatient SDK waits. */
    int late() {
        return late.get();
    }

    /** How requests failed, and how often; empty when none did. */
    String failures() {
        return failures.entrySet().stream()
                .map(each -> each.getValue() + " x " + each.getKey())
                .collect(joining("; "));
    }

    @Override
    public String toString() {
        return "%d answered, failed: %s, late: %d, slowest %d ms, longest without an answer %d ms"
                .formatted(
                        answered.get(),
                        failures().isEmpty() ? "none" : failures(),
                        late.get(),
                        Duration.ofNanos(slowest.get()).toMillis(),
                        Duration.ofNanos(gap.get()).toMillis());
    }

    @Override
    public void close() {
        stop();
    }

    /** Waits for the answers to what was asked. */
    void stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(PATIENCE.multipliedBy(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
