package io.podidentity.agent.cache;

import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may be out at once, learned from their answers as TCP learns its congestion window
 * (AIMD): it grows with each quick answer and is halved when the source throttles, or fails in a
 * way that may pass, for it may be the node that cannot keep up. Where the source throttles, there
 * are also half the renewals, and no calls at all for a moment.
 *
 * <p>One round trip proves one thing: calls begun before the last cut neither cut again nor let the
 * window grow, so that the order in which the answers of one round arrive does not matter.
 *
 * <p>The pause does not grow. A whole fleet that starts at once is throttled for minutes, and with
 * growing pauses its agents leave the source idle while pods give up; the fleet's simulation among
 * the benchmarks shows it.
 */
final class CongestionWindow {

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

    /** So long after throttling the window grows by one a round trip; else it doubles. */
    private static final Duration CAREFUL = Duration.ofSeconds(10);

    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private final int permits;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;

    private double window;
    private int running;
    private int peak;
    private int lastPeak;
    private long roundBegan;

    private double share = 1;
    private boolean throttled;
    private long cutAt;
    private long throttledAt;
    private long easedAt;
    private Duration pause = Duration.ZERO;
    private Duration careful = Duration.ZERO;

    /**
     * At full speed.
     *
     * @param permits calls at once at most
     */
    CongestionWindow(int permits, Timeline timeline, RandomGenerator random, CacheEvents events) {
        this.permits = permits;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
        this.window = Math.min(FIRST_CALLS, permits);
        this.roundBegan = timeline.nanos();
        this.easedAt = roundBegan;
        // A call that begins right now can prove something.
        this.cutAt = roundBegan - 1;
        this.throttledAt = cutAt;
    }

    /** Lets a call out if one more may be out now. */
    synchronized boolean begin() {
        if (running >= open() || pause().isPositive()) {
            return false;
        }
        running++;
        peak = Math.max(peak, running);
        return true;
    }

    synchronized void end() {
        running--;
    }

    /** How many calls are out. */
    synchronized int running() {
        return running;
    }

    /**
     * A call was throttled.
     *
     * @param begun when it began
     * @param retryAfter how long the source asks to be left alone
     */
    void throttled(long begun, @Nullable Duration retryAfter) {
        synchronized (this) {
            if (begun - throttledAt <= 0) {
                return;
            }
            cut(begun, 1);
            share = Math.max(LEAST_SHARE, share / 2);
            throttledAt = timeline.nanos();
            pause = pause(retryAfter);
            careful = CAREFUL;
            throttled = true;
        }
        events.slowedDown(open(), pause());
    }

    /**
     * A call failed in a way that may pass.
     *
     * @param begun when it began
     */
    synchronized void failed(long begun) {
        cut(begun, LEAST_CALLS);
    }

    /**
     * A call was answered.
     *
     * @param begun when it began
     */
    void eased(long begun) {
        synchronized (this) {
            round(begun);
            window = remembered();
            easedAt = timeline.nanos();
            if (begun - cutAt <= 0) {
                return;
            }
            if (timeline.since(begun).compareTo(QUICK) < 0) {
                window = Math.min(permits, window + growth());
            }
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
    synchronized int open() {
        return (int) remembered();
    }

    /** The part of the renewals to make now, above 0 and at most 1. */
    synchronized double share() {
        return share;
    }

    /** What is left of the pause; zero or less: none. */
    synchronized Duration pause() {
        return pause.minus(timeline.since(throttledAt));
    }

    /** What was learned before a silence says little about now. */
    private double remembered() {
        boolean forgotten = timeline.since(easedAt).compareTo(FORGOTTEN_AFTER) > 0;
        return forgotten ? Math.min(window, FIRST_CALLS) : window;
    }

    /** Not half of what may be out: far fewer may have been too many. */
    private void cut(long begun, int least) {
        round(begun);
        if (begun - cutAt > 0) {
            int half = Math.min(open(), Math.max(peak, lastPeak)) / 2;
            window = Math.min(open(), Math.max(least, half));
            cutAt = timeline.nanos();
        }
    }

    /** Remembers how many calls were out at once in this round trip and the one before it. */
    private void round(long begun) {
        if (begun - roundBegan >= 0) {
            lastPeak = peak;
            peak = running;
            roundBegan = timeline.nanos();
        }
    }

    private double growth() {
        boolean lately = timeline.since(throttledAt).compareTo(careful) < 0;
        return lately ? 1 / window : 1;
    }

    private Duration pause(@Nullable Duration retryAfter) {
        Duration least = throttled ? PAUSE : FIRST_PAUSE;
        if (retryAfter != null && retryAfter.compareTo(least) > 0) {
            least = retryAfter.compareTo(LONGEST_PAUSE) < 0 ? retryAfter : LONGEST_PAUSE;
        }
        return least.plusMillis(random.nextLong(least.toMillis() + 1));
    }
}
