package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.schedule.Timeline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request that waits for its record. */
final class Lookup {

    private @Nullable Consumer<@Nullable Contents> waiting;
    private Timeline.@Nullable Timer timer;

    Lookup(Consumer<@Nullable Contents> waiting) {
        this.waiting = waiting;
    }

    /** Passes the result on; false if one was passed on before. */
    boolean end(@Nullable Contents result) {
        Consumer<@Nullable Contents> then;
        synchronized (this) {
            then = waiting;
            waiting = null;
            if (timer != null) {
                timer.cancel();
            }
        }
        if (then == null) {
            return false;
        }
        then.accept(result);
        return true;
    }

    /** Cancels this timer at the end. */
    synchronized void timer(Timeline.Timer next) {
        timer = next;
        if (waiting == null) {
            next.cancel();
        }
    }
}
