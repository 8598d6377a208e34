package io.podidentity.agent.cache;

import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may run at once, learned from their answers as TCP learns its congestion window
 * (AIMD): it grows with each fast answer while it is used, and is halved when EKS Auth throttles or
 * fails transiently, since the node itself may be overloaded; not for what it finds wrong with one
 * pod. Throttling also halves the renewal rate and pauses all calls.
 *
 * <p>At most one change per round trip: calls started before the last cut are ignored, so that the
 * order of the answers in one round does not matter.
 *
 * <p>The pause does not grow: a whole fleet that starts at once is throttled for minutes, and
 * growing pauses would leave EKS Auth idle while pods give up. The fleet simulation in {@code
 * src/bench} shows it.
 */
final class CongestionWindow {

    private static final double MIN_RENEWAL_SHARE = 1.0 / 64;
    private static final double STEP = 0.02;

    /** First pause; with jitter at most 600 ms. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);

    /** Later pauses; with jitter at most 3 s. */
    private static final Duration PAUSE = Duration.ofMillis(1_500);

    private static final Duration MAX_PAUSE = Duration.ofSeconds(60);

    /**
     * Initial window on a JVM: as many calls as a cold one on a small node can make in time. Any
     * grows up to it, whatever its use.
     */
    static final int FIRST_CALLS = 48;

    /** Minimum window during failures, so that recovery is noticed. */
    private static final int MIN_CALLS = 8;

    /** Slower answers do not grow the window. */
    private static final Duration FAST_RESPONSE = Duration.ofMillis(600);

    /** For this long after the pause the window grows linearly. */
    private static final Duration SLOW_GROWTH = Duration.ofSeconds(10);

    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private final int firstCalls;
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
     * A window of the initial size.
     *
     * @param firstCalls the initial window
     * @param maxCalls the maximum window
     */
    CongestionWindow(
            int firstCalls,
            int maxCalls,
            Timeline timeline,
            RandomGenerator random,
            CacheEvents events) {
        this.firstCalls = Math.min(firstCalls, maxCalls);
        this.maxCalls = maxCalls;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
        this.window = this.firstCalls;
        this.roundStartNanos = timeline.nanos();
        this.lastSuccessNanos = roundStartNanos;
        // Calls starting now may change the window.
        this.cutNanos = roundStartNanos - 1;
        this.throttledNanos = cutNanos;
    }

    /** Starts a call if one more may run now. */
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

    /** How many calls are running. */
    synchronized int running() {
        return running;
    }

    /**
     * A call was throttled.
     *
     * @param startNanos when it started
     * @param retryAfter from the source's {@code Retry-After}
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
            slowGrowth = pause.plus(SLOW_GROWTH);
            throttled = true;
        }
        events.slowedDown(open(), pause());
    }

    /**
     * A call failed transiently.
     *
     * @param startNanos when it started
     */
    synchronized void onFailure(long startNanos) {
        cut(startNanos, MIN_CALLS);
    }

    /**
     * A call was answered.
     *
     * @param startNanos when it started
     */
    void onSuccess(long startNanos) {
        synchronized (this) {
            round(startNanos);
            window = remembered();
            lastSuccessNanos = timeline.nanos();
            if (startNanos - cutNanos <= 0) {
                return;
            }
            if (used() && timeline.since(startNanos).compareTo(FAST_RESPONSE) < 0) {
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

    /** How many calls may run at once now, at least one. */
    synchronized int open() {
        return (int) remembered();
    }

    /** Whether EKS Auth throttles: until some seconds after the last pause. */
    synchronized boolean throttledLately() {
        return timeline.since(throttledNanos).compareTo(slowGrowth) < 0;
    }

    /** The fraction of the renewal rate to use now, above 0 and at most 1. */
    synchronized double renewalShare() {
        return renewalShare;
    }

    /** What is left of the pause; zero or negative if it is over. */
    synchronized Duration pause() {
        return pause.minus(timeline.since(throttledNanos));
    }

    /** After 10 s without success the window is capped at its initial size. */
    private double remembered() {
        boolean forgotten = timeline.since(lastSuccessNanos).compareTo(FORGOTTEN_AFTER) > 0;
        return forgotten ? Math.min(window, firstCalls) : window;
    }

    /** Halves the calls actually in flight, not the window. */
    private void cut(long startNanos, int least) {
        round(startNanos);
        if (startNanos - cutNanos > 0) {
            int half = Math.min(open(), Math.max(peak, lastPeak)) / 2;
            window = Math.min(open(), Math.max(least, half));
            cutNanos = timeline.nanos();
        }
    }

    /** Records the peak of concurrent calls in this round trip and the one before. */
    private void round(long startNanos) {
        if (startNanos - roundStartNanos >= 0) {
            lastPeak = peak;
            peak = running;
            roundStartNanos = timeline.nanos();
        }
    }

    /**
     * Whether calls come near the window: one that grew while a few calls ran would let out more in
     * a burst than was ever tried (RFC 7661).
     */
    private boolean used() {
        return window < FIRST_CALLS || Math.max(peak, lastPeak) >= window / 2;
    }

    private double growth() {
        return throttledLately() ? 1 / window : 1;
    }

    private Duration pause(@Nullable Duration retryAfter) {
        Duration least = throttled ? PAUSE : FIRST_PAUSE;
        if (retryAfter != null && retryAfter.compareTo(least) > 0) {
            least = retryAfter.compareTo(MAX_PAUSE) < 0 ? retryAfter : MAX_PAUSE;
        }
        return least.plusMillis(random.nextLong(least.toMillis() + 1));
    }
}
