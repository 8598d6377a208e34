package io.podidentity.schedule;

import java.util.concurrent.TimeUnit;

/** A token bucket; full at the start. */
public final class TokenBucket {

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double burst;
    private double tokens;
    private long filled;

    public TokenBucket(double burst, long nanos) {
        this.burst = burst;
        this.tokens = burst;
        this.filled = nanos;
    }

    /** Takes one, if there is one at this rate. */
    public synchronized boolean take(double perSecond, long nanos) {
        tokens = Math.min(burst, tokens + perSecond * (nanos - filled) / SECOND);
        filled = nanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Puts back one that was not used after all. */
    public synchronized void giveBack() {
        tokens++;
    }
}
