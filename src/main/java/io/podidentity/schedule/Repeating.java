package io.podidentity.schedule;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Does something again and again, each time after the one before has ended. A time that fails is
 * told and no more: nothing but {@link #stop} or success ends the repetition.
 */
public final class Repeating {

    private final Task task;
    private final Backoff backoff;
    private final Timer timer;
    private final Consumer<Throwable> failures;

    private int failed;
    private @Nullable String told;
    private volatile boolean stopped;

    private Repeating(Task task, Backoff backoff, Timer timer, Consumer<Throwable> failures) {
        this.task = task;
        this.backoff = backoff;
        this.timer = timer;
        this.failures = failures;
    }

    /**
     * Does it now and at every interval from then on.
     *
     * @param failures told of each kind of failure once, and again after a success
     */
    public static Repeating every(
            Duration interval, Timer timer, Runnable task, Consumer<Throwable> failures) {
        Task endless =
                () -> {
                    task.run();
                    return false;
                };
        return new Repeating(endless, new Backoff(interval, interval), timer, failures).start();
    }

    /**
     * Does it now and at every interval until it says that it is done. After failures the interval
     * grows.
     *
     * @param failures told of each kind of failure once, and again after a success
     */
    public static Repeating untilDone(
            Backoff backoff, Timer timer, Task task, Consumer<Throwable> failures) {
        return new Repeating(task, backoff, timer, failures).start();
    }

    /** Begins no further time. */
    public void stop() {
        stopped = true;
    }

    private Repeating start() {
        timer.after(Duration.ZERO, this::once);
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
            told = null;
        } catch (IOException | RuntimeException | Error e) {
            failed++;
            tell(e);
        } finally {
            // Even where nobody could be told.
            if (!done) {
                timer.after(failed == 0 ? backoff.first() : backoff.after(failed), this::once);
            }
        }
    }

    private void tell(Throwable failure) {
        String kind = failure.toString();
        if (!kind.equals(told)) {
            told = kind;
            failures.accept(failure);
        }
    }

    /** Runs something once, later; where it runs may block if the task does. */
    @FunctionalInterface
    public interface Timer {
        void after(Duration delay, Runnable task);
    }

    /** What is done. */
    @FunctionalInterface
    public interface Task {

        /** Whether it is done for good. */
        boolean run() throws IOException;
    }
}
