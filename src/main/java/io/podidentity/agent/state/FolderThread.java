package io.podidentity.agent.state;

import io.podidentity.agent.state.StateEvents.Written;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The thread that uses the folder: what is urgent comes first, then changes, of which the last of
 * each entry counts.
 */
final class FolderThread {

    /** A third of an SDK's patience; memory answers in a thousandth of it. */
    static final Duration MAX_OPERATION = Duration.ofMillis(300);

    /** Many wait for one another, and each for all before it. */
    private static final Duration SLOW = MAX_OPERATION.dividedBy(10);

    private static final int AVERAGED = 8;

    private final Executor executor;
    private final int mostChanges;
    private final BiConsumer<String, Change> apply;
    private final Timeline timeline;
    private final StateEvents events;

    private final Deque<Runnable> urgent = new ArrayDeque<>();
    private final SequencedMap<String, Change> changes = new LinkedHashMap<>();
    private volatile @Nullable Operation running;

    /** Nanoseconds of the last operations, weighted; the thread's own to write. */
    private volatile long usual;

    /**
     * @param executor runs one task after another, which may block
     * @param mostChanges how many may wait; the oldest is left out for the next
     * @param apply applies a change of the entry with this key
     */
    FolderThread(
            Executor executor,
            int mostChanges,
            BiConsumer<String, Change> apply,
            Timeline timeline,
            StateEvents events) {
        this.executor = executor;
        this.mostChanges = mostChanges;
        this.apply = apply;
        this.timeline = timeline;
        this.events = events;
    }

    void urgent(Runnable task) {
        synchronized (this) {
            urgent.add(task);
        }
        executor.execute(this::next);
    }

    /** Has a change applied, with one of the same entry that waits. */
    void change(String key, UnaryOperator<Change> next) {
        boolean leftOut = false;
        synchronized (this) {
            Change waiting = changes.get(key);
            if (waiting == null && changes.size() >= mostChanges) {
                leftOut = leaveOut();
            }
            changes.put(key, next.apply(waiting == null ? Change.NONE : waiting));
            if (waiting != null) {
                return;
            }
        }
        if (leftOut) {
            events.written(Written.LEFT_OUT);
        }
        executor.execute(this::next);
    }

    /** The oldest; what must not be found again stays, there are fewer of those than entries. */
    private boolean leaveOut() {
        for (Map.Entry<String, Change> each : changes.entrySet()) {
            if (!each.getValue().revoked()) {
                changes.remove(each.getKey());
                return true;
            }
        }
        return false;
    }

    /** Lets what is urgent pass a task that takes long and has gone on meanwhile. */
    void urgentFirst() {
        ended();
        for (Runnable first = pollUrgent(); first != null; first = pollUrgent()) {
            run(first);
        }
        running = new Operation(timeline.nanos());
    }

    /** Whether the folder does not answer. */
    boolean stuck() {
        Operation current = running;
        return current != null && timeline.since(current.start).compareTo(MAX_OPERATION) >= 0;
    }

    /** Whether the folder answers, but so slowly that nobody should wait for others' turns. */
    boolean slow() {
        return usual >= SLOW.toNanos();
    }

    private void ended() {
        Operation last = running;
        if (last != null) {
            long before = usual;
            usual = before + (timeline.since(last.start).toNanos() - before) / AVERAGED;
        }
        running = null;
    }

    /** Waits until what was to be done is done, but not long. */
    void await(Duration limit) {
        CountDownLatch done = new CountDownLatch(1);
        executor.execute(done::countDown);
        try {
            var _ = done.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void next() {
        Runnable task = pollUrgent();
        if (task == null) {
            task = pollChange();
        }
        if (task != null) {
            run(task);
        }
    }

    private synchronized @Nullable Runnable pollUrgent() {
        return urgent.poll();
    }

    private synchronized @Nullable Runnable pollChange() {
        Map.Entry<String, Change> change = changes.pollFirstEntry();
        return change == null ? null : () -> apply.accept(change.getKey(), change.getValue());
    }

    private void run(Runnable task) {
        running = new Operation(timeline.nanos());
        try {
            task.run();
        } catch (RuntimeException | Error bug) {
            events.broke(bug);
        } finally {
            ended();
        }
    }

    /**
     * What became of an entry since it was last looked at.
     *
     * @param revoked whether the records so far must go
     * @param present whether it is there, to be written
     */
    record Change(boolean revoked, boolean present) {

        private static final Change NONE = new Change(false, false);
    }

    /**
     * What the thread does.
     *
     * @param start when it began, on the timeline
     */
    private record Operation(long start) {}
}
