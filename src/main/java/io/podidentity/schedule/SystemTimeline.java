package io.podidentity.schedule;

import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's own time, with one thread for all timers. */
@Singleton
public final class SystemTimeline implements Timeline, AutoCloseable {

    private final Clock clock;
    private final ScheduledThreadPoolExecutor timers;

    public SystemTimeline(Clock clock) {
        this.clock = clock;
        this.timers =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("credential-timers").factory());
        // Nearly every wait is answered long before its timer; do not keep those for a second.
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Produces
    @Singleton
    @DefaultBean
    static Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        ScheduledFuture<?> timer = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @PreDestroy
    @Override
    public void close() {
        timers.shutdownNow();
    }
}
