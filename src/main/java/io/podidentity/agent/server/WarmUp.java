package io.podidentity.agent.server;

import io.podidentity.agent.server.Listeners.CredentialsListener;
import io.podidentity.config.ServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Sends one request through the full path, without calling EKS Auth. */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

    /** On a busy node a cold JVM may take longer than one attempt may. */
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

    /** Runs on a virtual thread to initialise the JVM's poller. */
    void start(@Observes ServerStart started) {
        listeners
                .firstOpen()
                .thenAccept(open -> Thread.ofVirtual().name("warm-up").start(() -> run(open)));
    }

    /** Whether warm-up has finished, successfully or not; never where no listener opens. */
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
            listeners.warm();
        }
    }

    private static boolean attempt(CredentialsListener listener, String token) {
        boolean fetched = ListenerProbe.credentials(listener.host(), listener.port(), token);
        boolean held = ListenerProbe.credentials(listener.host(), listener.port(), token);
        return fetched && held;
    }
}
