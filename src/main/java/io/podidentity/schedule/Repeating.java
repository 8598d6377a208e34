package io.podidentity.schedule;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task periodically, each time after the previous run has ended. A failure is only reported:
 * nothing but {@link #stop} or success ends the repetition.
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
     * Runs the task now and at every interval.
     *
     * @param failures gets each kind of failure once, and again after a success
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
     * Runs the task now and at every interval until it is done. After failures the interval grows.
     *
     * @param failures gets each kind of failure once, and again after a success
     */
    public static Repeating untilDone(
            Backoff backoff, Scheduler scheduler, Task task, Consumer<Throwable> failures) {
        return new Repeating(task, backoff, scheduler, failures).start();
    }

    /** Schedules no further runs. */
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

    /** Runs a task once after a delay, on a thread that may block if the task does. */
    @FunctionalInterface
    public interface Scheduler {
        void after(Duration delay, Runnable task);
    }

    /** A task that may be done for good. */
    @FunctionalInterface
    public interface Task {

        /** Runs once; true when there is nothing left to do. */
        boolean run() throws IOException;
    }
}
