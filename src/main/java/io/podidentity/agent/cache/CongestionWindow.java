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

    private static final double MIN_RENEWAL_SHARE = 1.0 / 64;
    private static final double STEP = 0.02;

    /** With its jitter short enough for those who wait already. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);

    /** With its jitter at most 3 s: within the tries of every SDK. */
    private static final Duration PAUSE = Duration.ofMillis(1_500);

    private static final Duration MAX_PAUSE = Duration.ofSeconds(60);

    /** Calls at once to begin with: as many new connections as a small node can open in time. */
    static final int FIRST_CALLS = 128;

    /** What a source that fails is asked at once at least, so that an outage's end is seen. */
    private static final int MIN_CALLS = 8;

    /** Slower answers are no reason to ask for more at once. */
    private static final Duration FAST_RESPONSE = Duration.ofMillis(600);

    /** So long after throttling the window grows by one a round trip; else it doubles. */
    private static final Duration SLOW_GROWTH = Duration.ofSeconds(10);

    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private final int maxCalls;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;

    private double window;
    private int running;
    private int peak;
    private int lastPeak;
    private long roundStartNanos;

    private double renewalShare = 1;
    private boolean throttled;
    private long cutNanos;
    private long throttledNanos;
    private long lastSuccessNanos;
    private Duration pause = Duration.ZERO;
    private Duration slowGrowth = Duration.ZERO;

    /**
     * At full speed.
     *
     * @param maxCalls calls at once at most
     */
    CongestionWindow(int maxCalls, Timeline timeline, RandomGenerator random, CacheEvents events) {
        this.maxCalls = maxCalls;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
        this.window = Math.min(FIRST_CALLS, maxCalls);
        this.roundStartNanos = timeline.nanos();
        this.lastSuccessNanos = roundStartNanos;
        // A call that begins right now can prove something.
        this.cutNanos = roundStartNanos - 1;
        this.throttledNanos = cutNanos;
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
     * @param startNanos when it began
     * @param retryAfter how long the source asks to be left alone
     */
    void onThrottled(long startNanos, @Nullable Duration retryAfter) {
        synchronized (this) {
            if (startNanos - throttledNanos <= 0) {
                return;
            }
            cut(startNanos, 1);
            renewalShare = Math.max(MIN_RENEWAL_SHARE, renewalShare / 2);
            throttledNanos = timeline.nanos();
            pause = pause(retryAfter);
            slowGrowth = SLOW_GROWTH;
            throttled = true;
        }
        events.slowedDown(open(), pause());
    }

    /**
     * A call failed in a way that may pass.
     *
     * @param startNanos when it began
     */
    synchronized void onFailure(long startNanos) {
        cut(startNanos, MIN_CALLS);
    }

    /**
     * A call was answered.
     *
     * @param startNanos when it began
     */
    void onSuccess(long startNanos) {
        synchronized (this) {
            round(startNanos);
            window = remembered();
            lastSuccessNanos = timeline.nanos();
            if (startNanos - cutNanos <= 0) {
                return;
            }
            if (timeline.since(startNanos).compareTo(FAST_RESPONSE) < 0) {
                window = Math.min(maxCalls, window + growth());
            }
            throttled = false;
            if (renewalShare == 1) {
                return;
            }
            renewalShare = Math.min(1, renewalShare + STEP);
            if (renewalShare < 1) {
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
    synchronized double renewalShare() {
        return renewalShare;
    }

    /** What is left of the pause; zero or less: none. */
    synchronized Duration pause() {
        return pause.minus(timeline.since(throttledNanos));
    }

    /** What was learned before a silence says little about now. */
    private double remembered() {
        boolean forgotten = timeline.since(lastSuccessNanos).compareTo(FORGOTTEN_AFTER) > 0;
        return forgotten ? Math.min(window, FIRST_CALLS) : window;
    }

    /** Not half of what may be out: far fewer may have been too many. */
    private void cut(long startNanos, int least) {
        round(startNanos);
        if (startNanos - cutNanos > 0) {
            int half = Math.min(open(), Math.max(peak, lastPeak)) / 2;
            window = Math.min(open(), Math.max(least, half));
            cutNanos = timeline.nanos();
        }
    }

    /** Remembers how many calls were out at once in this round trip and the one before it. */
    private void round(long startNanos) {
        if (startNanos - roundStartNanos >= 0) {
            lastPeak = peak;
            peak = running;
            roundStartNanos = timeline.nanos();
        }
    }

    private double growth() {
        boolean lately = timeline.since(throttledNanos).compareTo(slowGrowth) < 0;
        return lately ? 1 / window : 1;
    }

    private Duration pause(@Nullable Duration retryAfter) {
        Duration least = throttled ? PAUSE : FIRST_PAUSE;
        if (retryAfter != null && retryAfter.compareTo(least) > 0) {
            least = retryAfter.compareTo(MAX_PAUSE) < 0 ? retryAfter : MAX_PAUSE;
        }
        return least.plusMillis(random.nextLong(least.toMillis() + 1));
    }
}
