package io.podidentity.bench;

import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A day of the fleet's time, in steps of a tenth of a second; all that happens, happens in it. */
final class FleetClock implements Timeline {

    static final Duration STEP = Duration.ofMillis(100);
    static final Duration DAY = Duration.ofDays(1);
    static final int SECOND = steps(Duration.ofSeconds(1));

    private final List<List<Task>> agenda =
            Stream.<List<Task>>generate(() -> new ArrayList<>(0)).limit(steps(DAY)).toList();
    private int step;

    int step() {
        return step;
    }

    static int steps(Duration duration) {
        return (int) Math.ceilDiv(duration.toMillis(), STEP.toMillis());
    }

    static Duration duration(int steps) {
        return STEP.multipliedBy(steps);
    }

    /** Does something so many steps from now; what lies behind the day's end never happens. */
    Timer in(int steps, Runnable work) {
        Task task = new Task(work);
        if (step + steps < agenda.size()) {
            agenda.get(step + steps).add(task);
        }
        return task;
    }

    /** Lets the day pass. */
    void run() {
        for (step = 0; step < agenda.size(); step++) {
            List<Task> now = agenda.get(step);
            // What happens may add to what happens now.
            for (int i = 0; i < now.size(); i++) {
                now.get(i).run();
            }
            now.clear();
        }
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
        return in(steps(delay), task);
    }

    private static final class Task implements Timer {

        private @Nullable Runnable work;

        Task(Runnable work) {
            this.work = work;
        }

        void run() {
            Runnable pending = work;
            work = null;
            if (pending != null) {
                pending.run();
            }
        }

        @Override
        public void cancel() {
            work = null;
        }
    }
}
