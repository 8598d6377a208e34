package io.podidentity.agent.health;

import io.podidentity.agent.config.ServerStart;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.agent.eksauth.Rehearsal;
import io.podidentity.agent.http.Listeners;
import io.podidentity.agent.http.Listeners.CredentialsListener;
import io.podidentity.agent.http.RehearsalMark;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Walks the way of a request before the first pod does, so that no SDK gives up on a cold JVM. */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(1);

    private final Rehearsal rehearsal;
    private final Listeners listeners;
    private final RehearsalMark mark;
    private final Clock clock;
    private volatile boolean done;

    WarmUp(Rehearsal rehearsal, Listeners listeners, RehearsalMark mark, Clock clock) {
        this.rehearsal = rehearsal;
        this.listeners = listeners;
        this.mark = mark;
        this.clock = clock;
    }

    void start(@Observes ServerStart started) {
        Thread.ofPlatform().name("warm-up").daemon().start(this::run);
    }

    /** Whether it is over, well or badly. */
    boolean done() {
        return done;
    }

    private void run() {
        long start = System.nanoTime();
        try {
            // Whole, through a socket, where one is open; else at least what lies behind it.
            open().ifPresentOrElse(this::throughSocket, this::behindSocket);
        } catch (RuntimeException e) {
            LOG.warn("Warming up failed; the first requests will be slow", e);
        } finally {
            done = true;
            LOG.infof(
                    "Ready to serve after %d ms of warming up",
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        }
    }

    private Optional<CredentialsListener> open() {
        return listeners.credentials().stream()
                .filter(listener -> listener.problem() == null)
                .findFirst();
    }

    private void throughSocket(CredentialsListener listener) {
        String token = RehearsalToken.until(clock.instant().plus(TOKEN_LIFE));
        // The second is answered from memory.
        for (int i = 0; i < 2; i++) {
            ListenerProbe.credentials(
                    listener.host(),
                    listener.port(),
                    mark.headerLine() + "\r\nAuthorization: " + token + "\r\n");
        }
    }

    private void behindSocket() {
        rehearsal.fetch(new CredentialRequest("none", new PodIdentity("none", "none", null, null)));
    }
}
