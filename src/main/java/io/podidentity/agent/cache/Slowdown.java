package io.podidentity.agent.cache;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How much of its limits the agent uses while the source throttles: half as much after each
 * throttled call, a little more after each good one, with a growing pause in between.
 */
public final class Slowdown {

    private static final double LEAST = 1.0 / 64;
    private static final double STEP = 0.02;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 5;

    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;
    private double share = 1;
    private int inARow;
    private long cutAt;
    private Duration pause = Duration.ZERO;

    public Slowdown(Timeline timeline, RandomGenerator random, CacheEvents events) {
        this.timeline = timeline;
        this.random = random;
        this.events = events;
        this.cutAt = timeline.nanos();
    }

    /**
     * A call was throttled.
     *
     * @param begun when it began: calls sent out before the last cut prove nothing new
     */
    public void throttled(long begun, @Nullable Duration retryAfter) {
        synchronized (this) {
            if (inARow > 0 && begun - cutAt <= 0) {
                return;
            }
            share = Math.max(LEAST, share / 2);
            cutAt = timeline.nanos();
            pause = pause(retryAfter);
            inARow++;
        }
        events.slowedDown(share(), pause());
    }

    /** A call was answered. */
    public void eased() {
        synchronized (this) {
            inARow = 0;
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

    /** The part of the limits to use now, above 0 and at most 1. */
    public synchronized double share() {
        return share;
    }

    /** What is left of the pause; zero or less: none. */
    public synchronized Duration pause() {
        return pause.minus(timeline.since(cutAt));
    }

    private Duration pause(@Nullable Duration retryAfter) {
        Duration least = FIRST_PAUSE.multipliedBy(1L << Math.min(inARow, MOST_DOUBLINGS));
        if (retryAfter != null && retryAfter.compareTo(least) > 0) {
            least = retryAfter.compareTo(LONGEST_PAUSE) < 0 ? retryAfter : LONGEST_PAUSE;
        }
        return least.plusMillis(random.nextLong(least.toMillis() + 1));
    }
}
