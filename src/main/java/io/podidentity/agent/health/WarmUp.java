package io.podidentity.agent.health;

import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.eksauth.Rehearsal;
import io.podidentity.agent.http.Listeners;
import io.podidentity.agent.http.Listeners.CredentialsListener;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Walks the way of a request before the first pod does, so that no SDK gives up on a cold JVM. */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private final Rehearsal rehearsal;
    private final Listeners listeners;
    private volatile boolean done;

    WarmUp(Rehearsal rehearsal, Listeners listeners) {
        this.rehearsal = rehearsal;
        this.listeners = listeners;
    }

    void start(@Observes StartupEvent started) {
        Thread.ofPlatform().name("warm-up").daemon().start(this::run);
    }

    /** Whether it is over, well or badly. */
    boolean done() {
        return done;
    }

    private void run() {
        long start = System.nanoTime();
        try {
            if (!(rehearsal.run() instanceof Issued)) {
                LOG.warn(
                        "The agent cannot sign requests to EKS Auth yet: it found no AWS credentials"
                                + " of its own in environment, web identity, profile or instance"
                                + " metadata. It runs on and looks again at each request");
            }
            listeners.credentials().stream()
                    .filter(listener -> listener.problem() == null)
                    .forEach(this::ask);
        } finally {
            done = true;
            LOG.infof(
                    "Ready to serve after %d ms of warming up",
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        }
    }

    private void ask(CredentialsListener listener) {
        ListenerProbe.credentials(
                listener.host(),
                listener.port(),
                Listeners.REHEARSAL + ": " + listeners.rehearsalMark());
    }
}
