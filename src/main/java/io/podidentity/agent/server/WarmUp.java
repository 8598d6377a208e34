package io.podidentity.agent.server;

import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.eksauth.WarmUpSource;
import io.podidentity.config.ServerStart;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.http.HttpServer;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests through the full path, without calling EKS Auth: one before this agent is ready,
 * and then some more of pods that do not exist, until the code of an exchange is compiled. Without
 * them a burst of new pods would wait for the interpreter: its first second serves half as many.
 */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

    /** On a busy node a cold JVM may take longer than one attempt may. */
    private static final int MAX_ATTEMPTS = 100;

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    /** Two and a half seconds of processor time in all, with the handshakes that go with them. */
    private static final int MORE = 300;

    private static final Duration INTERVAL = Duration.ofMillis(50);

    /** Such as where the node's own credentials cannot be had. */
    private static final int MAX_FAILURES = 3;

    private final Listeners listeners;
    private final WarmUpToken warmUpToken;
    private final WarmUpSource source;
    private final CredentialCache pods;
    private final Clock clock;
    private volatile boolean done;
    private volatile @Nullable Thread running;

    WarmUp(
            Listeners listeners,
            WarmUpToken warmUpToken,
            WarmUpSource source,
            CredentialCache pods,
            Clock clock) {
        this.listeners = listeners;
        this.warmUpToken = warmUpToken;
        this.source = source;
        this.pods = pods;
        this.clock = clock;
    }

    /** Runs on a virtual thread to initialise the JVM's poller. */
    void start(@Observes ServerStart started) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            end();
            return;
        }
        listeners
                .openForWarmUp()
                .onSuccess(
                        server ->
                                running =
                                        Thread.ofVirtual().name("warm-up").start(() -> run(server)))
                .onFailure(
                        problem -> {
                            LOG.warn("Warming up failed; the first requests will be slow", problem);
                            end();
                        });
    }

    /** Before the listeners. */
    void stop(@Observes(notifyObserver = Reception.IF_EXISTS) @Priority(1) ShutdownEvent stopping) {
        Thread thread = running;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Whether warm-up has finished, successfully or not. */
    boolean done() {
        return done;
    }

    private void end() {
        done = true;
        listeners.warm();
    }

    private void run(HttpServer server) {
        try {
            // A native executable is compiled already.
            if (becomeReady(server.actualPort()) && !ImageMode.current().isNativeImage()) {
                goOn(server.actualPort());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            source.call(null);
            var _ = server.close();
        }
    }

    private boolean becomeReady(int port) throws InterruptedException {
        long start = System.nanoTime();
        warmUpToken.begin();
        try {
            for (int attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
                boolean fetched = ask(port, 0);
                boolean held = ask(port, 0);
                if (fetched && held) {
                    LOG.infof(
                            "Ready to serve after %d ms of warming up",
                            Duration.ofNanos(System.nanoTime() - start).toMillis());
                    return true;
                }
                Thread.sleep(RETRY_INTERVAL);
            }
            LOG.warn("Warming up failed; the first requests will be slow");
        } catch (RuntimeException e) {
            LOG.warn("Warming up failed; the first requests will be slow", e);
        } finally {
            end();
        }
        return false;
    }

    private void goOn(int port) throws InterruptedException {
        source.call(URI.create("http://" + Listeners.LOOPBACK.inUrl() + ":" + port + "/"));
        int asked = 0;
        int failures = 0;
        for (int pod = 1; pod <= MORE && failures < MAX_FAILURES; pod++) {
            Thread.sleep(INTERVAL);
            // Those of real pods are worth as much, and must not wait.
            if (pods.fetchesRunning() + pods.fetchesWaiting() == 0) {
                asked++;
                failures += ask(port, pod) ? 0 : 1;
            }
        }
        LOG.infof("Warmed up with %d more requests of its own", asked);
    }

    private boolean ask(int port, int pod) {
        String token = warmUpToken.of(pod, clock.instant().plus(TOKEN_LIFE));
        return ListenerProbe.credentials(Listeners.LOOPBACK, port, token);
    }
}
