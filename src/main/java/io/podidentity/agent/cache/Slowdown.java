package io.podidentity.agent.cache;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How much the agent asks of its source: one call more at once after each quick answer, so that
 * what is out doubles with each round; half of it after a failure that may pass, for it may be the
 * node that cannot keep up. Where the source throttles, also half the renewals, and nothing at all
 * for a moment.
 *
 * <p>The pause does not grow. A whole fleet that starts at once is throttled for minutes, and with
 * growing pauses its agents leave the source idle while pods give up; the fleet's simulation among
 * the benchmarks shows it. What a node asks meanwhile is bounded by one call a pause.
 */
public final class Slowdown {

    private static final double LEAST_SHARE = 1.0 / 64;
    private static final double STEP = 0.02;

    /** With its jitter short enough for those who wait already. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);

    /** With its jitter at most 3 s: within the tries of every SDK. */
    private static final Duration PAUSE = Duration.ofMillis(1_500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** Calls at once to begin with: as many new connections as a small node can open in time. */
    static final int FIRST_CALLS = 128;

    /** What a source that fails is asked at once at least, so that an outage's end is seen. */
    private static final int LEAST_CALLS = 8;

    /** Slower answers are no reason to ask for more at once. */
    private static final Duration QUICK = Duration.ofMillis(600);

    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private final int permits;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;
    private int window;
    private double share = 1;
    private boolean throttled;
    private long cutAt;
    private long failedAt;
    private long easedAt;
    private Duration pause = Duration.ZERO;

    /**
     * At full speed.
     *
     * @param permits calls at once while nothing is throttled
     */
    public Slowdown(int permits, Timeline timeline, RandomGenerator random, CacheEvents events) {
        this.permits = permits;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
        this.window = Math.min(FIRST_CALLS, permits);
        this.cutAt = timeline.nanos();
        this.failedAt = cutAt;
        this.easedAt = cutAt;
    }

    /**
     * A call was throttled.
     *
     * @param begun when it began: calls sent out before the last cut prove nothing new
     * @param running how many calls are out, this one among them
     */
    public void throttled(long begun, int running, @Nullable Duration retryAfter) {
        synchronized (this) {
            if (throttled && begun - cutAt <= 0) {
                return;
            }
            // Not half of what may be out: far fewer may have been too many.
            window = Math.max(1, Math.min(open(), running) / 2);
            share = Math.max(LEAST_SHARE, share / 2);
            cutAt = timeline.nanos();
            pause = pause(retryAfter);
            throttled = true;
        }
        events.slowedDown(open(), pause());
    }

    /**
     * A call failed in a way that may pass.
     *
     * @param begun when it began: calls sent out before the last failure prove nothing new
     * @param running how many calls are out, this one among them
     */
    public synchronized void failed(long begun, int running) {
        if (begun - failedAt > 0) {
            window = Math.min(open(), Math.max(LEAST_CALLS, running / 2));
            failedAt = timeline.nanos();
        }
    }

    /**
     * A call was answered.
     *
     * @param begun when it began
     */
    public void eased(long begun) {
        synchronized (this) {
            boolean quick = timeline.since(begun).compareTo(QUICK) < 0;
            window = Math.min(permits, open() + (quick ? 1 : 0));
            easedAt = timeline.nanos();
            throttled = false;
            if (share == 1) {
                return;
            }
            share = Math.min(1, share + STEP);
            if (share < 1) {
                return;
            }
        }
        events.recovered();
    }

    /** How many calls may be out at once now, at least one. */
    public synchronized int open() {
        // What was learned before a silence says little about now.
        boolean forgotten = timeline.since(easedAt).compareTo(FORGOTTEN_AFTER) > 0;
        return forgotten ? Math.min(window, FIRST_CALLS) : window;
    }

    /** The part of the renewals to make now, above 0 and at most 1. */
    public synchronized double share() {
        return share;
    }

    /** What is left of the pause; zero or less: none. */
    public synchronized Duration pause() {
        return pause.minus(timeline.since(cutAt));
    }

    private Duration pause(@Nullable Duration retryAfter) {
        Duration least = throttled ? PAUSE : FIRST_PAUSE;
        if (retryAfter != null && retryAfter.compareTo(least) > 0) {
            least = retryAfter.compareTo(LONGEST_PAUSE) < 0 ? retryAfter : LONGEST_PAUSE;
        }
        return least.plusMillis(random.nextLong(least.toMillis() + 1));
    }
}
