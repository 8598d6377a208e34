package io.podidentity.agent.bench;

import io.podidentity.agent.cache.Timeline;
import java.time.Duration;
import java.time.Instant;

/** The fleet's time, in steps of a tenth of a second. */
final class FleetClock implements Timeline {

    static final Duration STEP = Duration.ofMillis(100);
    static final int SECOND = steps(Duration.ofSeconds(1));

    private int step;

    int step() {
        return step;
    }

    void at(int newStep) {
        step = newStep;
    }

    static int steps(Duration duration) {
        return (int) Math.ceilDiv(duration.toMillis(), STEP.toMillis());
    }

    static Duration duration(int steps) {
        return STEP.multipliedBy(steps);
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plus(duration(step));
    }

    @Override
    public long nanos() {
        return step * STEP.toNanos();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("the fleet keeps its own agenda");
    }
}
