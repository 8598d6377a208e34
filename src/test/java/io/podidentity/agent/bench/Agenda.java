package io.podidentity.agent.bench;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** What happens at which step; each event at most once at a time. */
final class Agenda {

    private static final int NONE = -1;

    private final FleetClock clock;
    private final int[] first;
    private final int[] next;

    Agenda(FleetClock clock, int steps, int events) {
        this.clock = clock;
        this.first = new int[steps];
        this.next = new int[events];
        Arrays.fill(first, NONE);
    }

    /** Adds an event that is not in the agenda; what lies behind its end never happens. */
    void at(int step, int event) {
        if (step < first.length) {
            next[event] = first[step];
            first[step] = event;
        }
    }

    void in(int steps, int event) {
        at(clock.step() + steps, event);
    }

    void run(IntConsumer happens) {
        for (int step = 0; step < first.length; step++) {
            clock.at(step);
            while (first[step] != NONE) {
                int event = first[step];
                first[step] = next[event];
                happens.accept(event);
            }
        }
    }
}
