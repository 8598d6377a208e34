package io.podidentity.harness;

import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only when told to; what falls due runs in the thread that tells. */
public final class VirtualTimeline implements Timeline {

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));
    private Instant wall = Instant.parse("2026-11-21T00:00:00Z");
    private long nanos = 1_000;
    private long order;

    @Override
    public synchronized Instant now() {
        return wall;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        Due due = new Due(nanos + delay.toNanos(), order++, task);
        timers.add(due);
        return () -> cancel(due);
    }

    private synchronized void cancel(Due due) {
        timers.remove(due);
    }

    /** Lets time pass; tasks run at their own time, those of the same moment in order. */
    public void advance(Duration by) {
        long end = nanos() + by.toNanos();
        for (Due due = next(end); due != null; due = next(end)) {
            due.task.run();
        }
        pass(end);
    }

    /** How many tasks have yet to run. */
    public synchronized int pending() {
        return timers.size();
    }

    /** The wall clock is set, or the machine slept: no other time passes. */
    public synchronized void jump(Duration by) {
        wall = wall.plus(by);
    }

    private synchronized Due next(long end) {
        Due due = timers.peek();
        if (due == null || due.nanos > end) {
            return null;
        }
        timers.remove();
        pass(due.nanos);
        return due;
    }

    private synchronized void pass(long to) {
        wall = wall.plusNanos(to - nanos);
        nanos = to;
    }

    private record Due(long nanos, long order, Runnable task) {}
}
