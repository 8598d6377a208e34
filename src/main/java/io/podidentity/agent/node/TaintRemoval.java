package io.podidentity.agent.node;

import io.podidentity.schedule.Backoff;
import io.podidentity.schedule.Repeating;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Removes the taint once the agent is ready, and tries until it is gone. */
public record TaintRemoval(StartupTaint taint, BooleanSupplier ready) {

    private static final Logger LOG = Logger.getLogger(TaintRemoval.class);
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    public void start(Repeating.Scheduler scheduler) {
        var _ = Repeating.untilDone(BACKOFF, scheduler, this::attempt, this::logFailure);
    }

    private boolean attempt() throws IOException {
        if (!ready.getAsBoolean()) {
            return false;
        }
        String found = taint.remove() ? "Removed taint %s from node %s" : "No taint %s on %s";
        LOG.infof(found, taint.key(), taint.node());
        return true;
    }

    private void logFailure(Throwable problem) {
        LOG.warnf(
                "Taint %s stays on node %s for now: %s",
                taint.key(),
                taint.node(),
                problem instanceof IOException ? problem.getMessage() : problem);
    }
}
