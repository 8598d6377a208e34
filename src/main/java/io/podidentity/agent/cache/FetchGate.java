package io.podidentity.agent.cache;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Lets a bounded number of calls out at once: first fetches in fair turns, then renewals. */
final class FetchGate {

    private final int room;
    private final Executor executor;
    private final Slowdown slowdown;
    private final Timeline timeline;
    private final FairQueue waiting = new FairQueue();
    private int running;
    private boolean wakeUpSet;

    FetchGate(int room, Executor executor, Slowdown slowdown, Timeline timeline) {
        this.room = room;
        this.executor = executor;
        this.slowdown = slowdown;
        this.timeline = timeline;
    }

    /** Makes a call as soon as it is its client's turn; false where too many wait already. */
    boolean submit(String client, Runnable call) {
        synchronized (this) {
            if (waiting.size() >= room) {
                return false;
            }
            waiting.add(client, call);
        }
        letOut();
        return true;
    }

    /** Makes a call now, or not at all where anybody waits for a first one. */
    boolean submitIfIdle(Runnable call) {
        synchronized (this) {
            if (waiting.size() > 0 || running >= slowdown.open() || slowdown.pause().isPositive()) {
                return false;
            }
            running++;
        }
        start(call);
        return true;
    }

    /** Whether the source has throttled lately. */
    boolean slowedDown() {
        return slowdown.share() < 1;
    }

    synchronized int running() {
        return running;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private void letOut() {
        for (Runnable call = next(); call != null; call = next()) {
            start(call);
        }
    }

    private synchronized @Nullable Runnable next() {
        if (waiting.size() == 0 || running >= slowdown.open()) {
            return null;
        }
        Duration pause = slowdown.pause();
        if (pause.isPositive()) {
            wakeUpAfter(pause);
            return null;
        }
        running++;
        return waiting.poll();
    }

    private void wakeUpAfter(Duration pause) {
        if (!wakeUpSet) {
            wakeUpSet = true;
            timeline.after(pause, this::wakeUp);
        }
    }

    private void wakeUp() {
        synchronized (this) {
            wakeUpSet = false;
        }
        letOut();
    }

    private void start(Runnable call) {
        try {
            executor.execute(
                    () -> {
                        try {
                            call.run();
                        } finally {
                            ended();
                        }
                    });
        } catch (RejectedExecutionException shuttingDown) {
            // Whoever still waits is answered when his patience ends.
            synchronized (this) {
                running--;
            }
        }
    }

    private void ended() {
        synchronized (this) {
            running--;
        }
        letOut();
    }
}
