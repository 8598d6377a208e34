package io.podidentity.agent.bench;

import com.sun.management.ThreadMXBean;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SystemTimeline;
import io.podidentity.agent.token.ServiceAccountToken;
import io.podidentity.agent.token.TokenReader;
import io.podidentity.agent.token.TokenReading;
import io.podidentity.agent.token.TokenReading.Current;
import io.podidentity.agent.token.TokenVerifier.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.Supplier;

/** Bytes and time of a hit: the token read, the entry found, the answer given. */
public final class HitAllocation {

    private static final int WARM_UP = 20_000;
    private static final int HITS = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Keeps the compiler from leaving the work out. */
    private static volatile Object sink;

    private HitAllocation() {}

    public static void main(String[] args) {
        Clock clock = Clock.systemUTC();
        Sized sized = new Sized();
        String raw = sized.token(1);
        TokenReader reader = new TokenReader(clock);
        ServiceAccountToken token = token(reader.read(raw));
        try (SystemTimeline timeline = new SystemTimeline(clock);
                CredentialCache cache =
                        new CredentialCache(
                                request ->
                                        sized.issued(
                                                request, Instant.now(clock).plusSeconds(21_600)),
                                good -> new Verdict.Genuine(),
                                CacheSettings.of(Duration.ofHours(3), 2_000, 3),
                                timeline,
                                Runnable::run,
                                new Random(),
                                CacheEvents.NONE)) {
            sink = cache.get(token, "10.0.0.1");
            System.out.printf("a token of %d characters%n", raw.length());
            System.out.printf("%-28s %10s %10s%n", "", "bytes", "ns");
            print("raw token to answer", () -> cache.recall(raw));
            print(
                    "the same, token read anew",
                    () -> cache.get(token(reader.read(raw)), "10.0.0.1"));
            print("  reading the token", () -> reader.read(raw));
            print("  the cache", () -> cache.get(token, "10.0.0.1"));
        }
    }

    private static void print(String name, Supplier<Object> work) {
        for (int i = 0; i < WARM_UP; i++) {
            sink = work.get();
        }
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        for (int i = 0; i < HITS; i++) {
            sink = work.get();
        }
        long nanos = System.nanoTime() - start;
        bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        if (sink == null) {
            throw new IllegalStateException(name + " gave nothing");
        }
        System.out.printf("%-28s %10d %10d%n", name, bytes / HITS, nanos / HITS);
    }

    private static ServiceAccountToken token(TokenReading reading) {
        if (reading instanceof Current current) {
            return current.token();
        }
        throw new IllegalStateException("not a token: " + reading);
    }
}
