package io.podidentity.bench;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Bytes and time of a hit: the token read, the entry found, the answer given. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HitAllocation {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final String CLIENT = "10.0.0.1";

    private final Sized sized = new Sized();
    private final SystemTimeline timeline = new SystemTimeline(CLOCK);
    private final TokenReader reader = new TokenReader(CLOCK);
    private final CredentialCache cache =
            new CredentialCache(
                    request -> sized.issued(request, Instant.now(CLOCK).plusSeconds(21_600)),
                    good -> new Verdict.Genuine(),
                    CacheSettings.of(Duration.ofHours(3), 2_000, 3),
                    timeline,
                    Runnable::run,
                    new Random(),
                    SealedEntries.NONE,
                    CacheEvents.NONE);
    private final String raw = sized.token(1);
    private final ServiceAccountToken token = read();

    /** Runs as the agent does: Serial GC and the first compiler only. */
    public static void main(String[] arguments) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(HitAllocation.class.getName())
                                .addProfiler(GCProfiler.class)
                                .jvmArgs("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m")
                                .forks(1)
                                .warmupIterations(2)
                                .warmupTime(TimeValue.seconds(2))
                                .measurementIterations(3)
                                .measurementTime(TimeValue.seconds(2))
                                .build())
                .run();
    }

    @Setup
    public void fill() {
        var _ = cache.get(token, CLIENT);
    }

    @TearDown
    public void close() {
        cache.close();
        timeline.close();
    }

    @Benchmark
    public Object rawTokenToAnswer() {
        return cache.recall(raw).orElseThrow();
    }

    @Benchmark
    public Object rawTokenToAnswerReadAnew() {
        return cache.get(read(), CLIENT);
    }

    @Benchmark
    public Object readingAlone() {
        return read();
    }

    private ServiceAccountToken read() {
        TokenReading reading = reader.read(raw);
        if (reading instanceof Current current) {
            return current.token();
        }
        throw new IllegalStateException("not a token: " + reading);
    }
}
