package io.podidentity.auth.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.Associations.Freshness;
import io.podidentity.auth.sts.OwnCredentials;
import io.podidentity.auth.sts.OwnIdentity;
import io.podidentity.auth.sts.StsCalls;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.ShutdownTimeouts;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.SystemTimeline;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.net.BindException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@code auth}: an EKS Auth of one's own on real STS. */
@Singleton // No client proxy, which would make the agent load all its classes.
public class AuthServer {

    private static final Logger LOG = Logger.getLogger(AuthServer.class);
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(5);

    /** At once: each reads files and waits for STS, some 100 ms. */
    private static final int EXCHANGES = 128;

    /** A pod that is created before the webhook listens is not injected. */
    private static final Duration WEBHOOK_PATIENCE = Duration.ofSeconds(15);

    private final Vertx vertx;
    private final AuthConfig config;
    private final AgentConfig agent;
    private final StsCalls sts;
    private final OwnCredentials credentials;
    private final Supplier<AuthMetrics> metrics;
    private final SystemTimeline timeline;
    private final Clock clock;
    private volatile @Nullable AuthService service;
    private volatile @Nullable AssociationStore associations;
    private volatile boolean warm;

    AuthServer(
            Vertx vertx,
            AuthConfig config,
            AgentConfig agent,
            StsCalls sts,
            OwnCredentials credentials,
            MeterRegistry registry,
            CircuitBreakerMaintenance breakers,
            SystemTimeline timeline,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.agent = agent;
        this.sts = sts;
        this.credentials = credentials;
        this.metrics = () -> new AuthMetrics(registry, breakers, this::freshness);
        this.timeline = timeline;
        this.clock = clock;
    }

    /**
     * Starts serving.
     *
     * @throws InvalidSettingException if the settings do not allow it
     */
    public void start() {
        AuthServiceSettings settings = AuthSettings.listener(config);
        credentials.check();
        OwnIdentity.check(sts);
        AuthClusters.Verifiers clusters =
                new AuthClusters(config, agent, timeline, clock).verifiers();
        AuthMetrics events = metrics.get();
        AssociationStore store =
                AuthAssembly.associations(vertx, config, agent, settings.region(), timeline, clock);
        AuthService serving =
                new AuthService(
                        vertx,
                        settings,
                        AuthAssembly.parts(config, settings, clusters, store, sts, events, clock),
                        Background.platform("exchange", EXCHANGES));
        Optional<Webhook> webhook =
                new WebhookSettings(config, agent)
                        .webhook(vertx, settings.region(), serving.guard(), store, events, clock);
        Set<String> names = clusters.pods().keySet();
        listen(serving, settings, names);
        service = serving;
        webhook.ifPresent(each -> each.start(Background.scheduler(timeline)));
        associations = store;
        Thread.ofPlatform()
                .name("warm-up")
                .daemon()
                .start(() -> warmUp(serving, names.iterator().next(), webhook));
    }

    /** Warms up before the service is ready: agents wait only a second. */
    private void warmUp(AuthService serving, String cluster, Optional<Webhook> webhook) {
        try {
            serving.warmUp(cluster, "none");
            OwnIdentity.warmUp(sts);
            webhook.ifPresent(each -> each.await(WEBHOOK_PATIENCE));
        } catch (RuntimeException e) {
            LOG.warnf("STS does not say who this service is: %s", e.getMessage());
        } finally {
            warm = true;
        }
    }

    /** Whether callers are served, with associations that may be as they once were. */
    boolean ready() {
        return warm && freshness() != Freshness.UNKNOWN;
    }

    Freshness freshness() {
        AssociationStore known = associations;
        return known == null ? Freshness.UNKNOWN : known.freshness();
    }

    public void stop() {
        warm = false;
        AuthService serving = service;
        if (serving == null) {
            return;
        }
        try {
            serving.stop()
                    .toCompletableFuture()
                    .get(ShutdownTimeouts.REQUESTS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Stopping with requests unanswered");
        }
    }

    private void listen(AuthService serving, AuthServiceSettings settings, Set<String> clusters) {
        try {
            int port = serving.start().toCompletableFuture().join();
            LOG.infof(
                    "EKS Auth for %s listens on %s://%s:%d in %s",
                    clusters,
                    settings.tls() == null ? "http" : "https",
                    config.bindHost().inUrl(),
                    port,
                    settings.region());
        } catch (CompletionException e) {
            throw notListening(settings, e);
        }
        var _ =
                Repeating.every(
                        REFRESH_INTERVAL,
                        timeline::after,
                        serving::refresh,
                        bug -> LOG.error("The TLS files are not looked at for now", bug));
    }

    private static InvalidSettingException notListening(
            AuthServiceSettings settings, CompletionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause instanceof BindException
                ? new InvalidSettingException(
                        "--port",
                        "the service cannot listen on %s:%d: %s"
                                .formatted(settings.host(), settings.port(), cause.getMessage()),
                        "give an address of this machine and a port that is free")
                : new InvalidSettingException(
                        "--tls-cert",
                        "the service cannot start: " + cause.getMessage(),
                        "give PEM files of a certificate and its key");
    }
}
