package io.podidentity.agent.server;

import io.podidentity.agent.node.SharedPort;
import io.podidentity.config.AgentConfig;
import io.quarkus.runtime.Quarkus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * How an agent begins to serve: at once where no other does; else it becomes warm first, takes over
 * from the other one, and answers the probes last. Until then they are answered by the one that
 * serves, which Kubernetes would else replace because it is not ready.
 */
final class Succession {

    private static final Logger LOG = Logger.getLogger(Succession.class);
    private static final long LOOK_MILLIS = 100;

    private final Vertx vertx;
    private final AgentConfig config;
    private final List<Listener> credentials;
    private final List<Listener> others;
    private final AtomicBoolean opening = new AtomicBoolean();

    /**
     * @param credentials what pods ask
     * @param others what the node asks: probes and metrics
     */
    Succession(Vertx vertx, AgentConfig config, List<Listener> credentials, List<Listener> others) {
        this.vertx = vertx;
        this.config = config;
        this.credentials = credentials;
        this.others = others;
    }

    /**
     * @param warm completes when the warm-up has ended
     */
    void begin(Future<Void> warm) {
        vertx.executeBlocking(() -> isTaken(config.port()) || isTaken(config.probePort()))
                .onSuccess(
                        taken -> {
                            if (taken) {
                                vertx.setPeriodic(LOOK_MILLIS, this::takeOverIfFree);
                                warm.onComplete(done -> takeOver());
                            } else {
                                opening.set(true);
                                credentials.forEach(Listener::open);
                                others.forEach(Listener::open);
                            }
                        });
    }

    /** The other may leave before this one is warm. */
    private void takeOverIfFree(long timer) {
        if (opening.get()) {
            vertx.cancelTimer(timer);
            return;
        }
        vertx.executeBlocking(() -> isTaken(config.port()))
                .onSuccess(
                        taken -> {
                            if (!taken) {
                                takeOver();
                            }
                        });
    }

    private void takeOver() {
        if (opening.compareAndSet(false, true)) {
            Future.join(credentials.stream().map(Listener::open).toList())
                    .compose(tried -> vertx.executeBlocking(this::isInVain))
                    .onSuccess(this::openOthersUnless);
        }
    }

    /** Whether another agent serves where this one cannot, and not because the other is there. */
    private boolean isInVain() {
        return credentials.stream().allMatch(Succession::isKeptFromListening)
                && isTaken(config.probePort());
    }

    private static boolean isKeptFromListening(Listener listener) {
        return listener.problem().filter(why -> !why.equals(BindProblem.TAKEN)).isPresent();
    }

    private void openOthersUnless(boolean inVain) {
        if (inVain) {
            LOG.error(
                    "This agent can listen on none of its addresses, and another one serves the pods:"
                            + " it ends, so as not to take the other's place");
            Quarkus.asyncExit(1);
        } else {
            others.forEach(Listener::open);
        }
    }

    /** Whether another process listens there; reads files. */
    private static boolean isTaken(int port) {
        try {
            return SharedPort.ofThisProcess().isTaken(port);
        } catch (IOException e) {
            LOG.debugf("Nobody says who listens on port %d: %s", port, e);
            return false;
        }
    }
}
