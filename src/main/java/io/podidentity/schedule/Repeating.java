package io.podidentity.schedule;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Does something again and again, each time after the one before has ended. A time that fails is
 * reported and no more: nothing but {@link #stop} or success ends the repetition.
 */
public final class Repeating {

    private final Task task;
    private final Backoff backoff;
    private final Scheduler scheduler;
    private final Consumer<Throwable> failures;

    private int failed;
    private @Nullable String reported;
    private volatile boolean stopped;

    private Repeating(
            Task task, Backoff backoff, Scheduler scheduler, Consumer<Throwable> failures) {
        this.task = task;
        this.backoff = backoff;
        this.scheduler = scheduler;
        this.failures = failures;
    }

    /**
     * Does it now and at every interval from then on.
     *
     * @param failures told of each kind of failure once, and again after a success
     */
    public static Repeating every(
            Duration interval, Scheduler scheduler, Runnable task, Consumer<Throwable> failures) {
        Task endless =
                () -> {
                    task.run();
                    return false;
                };
        return new Repeating(endless, new Backoff(interval, interval), scheduler, failures).start();
    }

    /**
     * Does it now and at every interval until it says that it is done. After failures the interval
     * grows.
     *
     * @param failures told of each kind of failure once, and again after a success
     */
    public static Repeating untilDone(
            Backoff backoff, Scheduler scheduler, Task task, Consumer<Throwable> failures) {
        return new Repeating(task, backoff, scheduler, failures).start();
    }

    /** Begins no further time. */
    public void stop() {
        stopped = true;
    }

    private Repeating start() {
        scheduler.after(Duration.ZERO, this::once);
        return this;
    }

    private void once() {
        if (stopped) {
            return;
        }
        boolean done = false;
        try {
            done = task.run();
            failed = 0;
            reported = null;
        } catch (IOException | RuntimeException | Error e) {
            failed++;
            report(e);
        } finally {
            // Even if reporting fails.
            if (!done) {
                scheduler.after(failed == 0 ? backoff.first() : backoff.after(failed), this::once);
            }
        }
    }

    private void report(Throwable failure) {
        String kind = failure.toString();
        if (!kind.equals(reported)) {
            reported = kind;
            failures.accept(failure);
        }
    }

    /** Runs something once, later; where it runs may block if the task does. */
    @FunctionalInterface
    public interface Scheduler {
        void after(Duration delay, Runnable task);
    }

    /** What is done. */
    @FunctionalInterface
    public interface Task {

        /** Whether it is done for good. */
        boolean run() throws IOException;
    }
}
