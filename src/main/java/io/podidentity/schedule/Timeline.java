package io.podidentity.schedule;

import java.time.Duration;
import java.time.Instant;

/** Time as the cache sees it; tests replace it to run a day in a moment. */
public interface Timeline {

    /** The wall clock, which may jump: it says when credentials expire. */
    Instant now();

    /** Nanoseconds that only ever go forward, as {@link System#nanoTime()}: for waits and ages. */
    long nanos();

    /** Runs a task once after a delay, on a thread of the timeline's own; it must not block. */
    Timer after(Duration delay, Runnable task);

    /** A task that has not run yet. */
    @FunctionalInterface
    interface Timer {

        /** Cancels the task, unless it has started. */
        void cancel();
    }

    /** How long ago something happened. */
    default Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }
}
