package io.podidentity.agent.server;

import io.podidentity.agent.server.Listeners.CredentialsListener;
import io.podidentity.config.ServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Walks the way of a request, from the socket to EKS Auth's door, before the first pod does, so
 * that no SDK gives up on a cold JVM.
 */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

    /** A cold JVM on a busy node may take longer than one walk may. */
    private static final int MAX_ATTEMPTS = 100;

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    private final Listeners listeners;
    private final WarmUpToken warmUpToken;
    private final Clock clock;
    private volatile boolean done;

    WarmUp(Listeners listeners, WarmUpToken warmUpToken, Clock clock) {
        this.listeners = listeners;
        this.warmUpToken = warmUpToken;
        this.clock = clock;
    }

    /** On a virtual thread, as each call is: the first that waits starts the JVM's poller. */
    void start(@Observes ServerStart started) {
        listeners
                .firstOpen()
                .thenAccept(open -> Thread.ofVirtual().name("warm-up").start(() -> run(open)));
    }

    /** Whether it is over, well or badly; never where no listener can be opened. */
    boolean done() {
        return done;
    }

    private void run(CredentialsListener listener) {
        long start = System.nanoTime();
        String token = warmUpToken.begin(clock.instant().plus(TOKEN_LIFE));
        try {
            for (int attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
                if (attempt(listener, token)) {
                    LOG.infof(
                            "Ready to serve after %d ms of warming up through %s:%d",
                            Duration.ofNanos(System.nanoTime() - start).toMillis(),
                            listener.host().inUrl(),
                            listener.port());
                    return;
                }
                Thread.sleep(RETRY_INTERVAL);
            }
            LOG.warn("Warming up failed; the first requests will be slow");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("Warming up failed; the first requests will be slow", e);
        } finally {
            done = true;
        }
    }

    private static boolean attempt(CredentialsListener listener, String token) {
        boolean fetched = ListenerProbe.credentials(listener.host(), listener.port(), token);
        boolean held = ListenerProbe.credentials(listener.host(), listener.port(), token);
        return fetched && held;
    }
}
