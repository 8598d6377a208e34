package io.podidentity.agent.node;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Removes the taint once the agent is ready, and tries until it is gone. */
public final class TaintRemoval {

    private static final Logger LOG = Logger.getLogger(TaintRemoval.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final StartupTaint taint;
    private final BooleanSupplier ready;
    private final Later later;
    private Duration retry = LOOK;
    private @Nullable String told;

    /** Runs something after a while. */
    @FunctionalInterface
    public interface Later {
        void run(Duration delay, Runnable task);
    }

    public TaintRemoval(StartupTaint taint, BooleanSupplier ready, Later later) {
        this.taint = taint;
        this.ready = ready;
        this.later = later;
    }

    /** Begins. */
    public void start() {
        later.run(Duration.ZERO, this::look);
    }

    private void look() {
        if (!ready.getAsBoolean()) {
            later.run(LOOK, this::look);
            return;
        }
        try {
            String found = taint.remove() ? "Removed taint %s from node %s" : "No taint %s on %s";
            LOG.infof(found, taint.key(), taint.node());
        } catch (IOException e) {
            tell(e);
            later.run(retry, this::look);
            retry =
                    retry.multipliedBy(2).compareTo(LAST_RETRY) < 0
                            ? retry.multipliedBy(2)
                            : LAST_RETRY;
        }
    }

    private void tell(IOException problem) {
        String text = String.valueOf(problem.getMessage());
        if (!text.equals(told)) {
            told = text;
            LOG.warnf("Taint %s stays on node %s for now: %s", taint.key(), taint.node(), text);
        }
    }
}
