package io.podidentity.dev;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.ServerStart;
import io.podidentity.schedule.Repeating;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jspecify.annotations.Nullable;

/** Runs what the agent has around it in a cluster: kubelet and EKS Auth. */
@IfBuildProfile("dev")
@Singleton
class DevelopmentCluster {

    private static final Logger LOG = Logger.getLogger(DevelopmentCluster.class);
    // Short, so that a few hours show what a pod sees in days.
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(1);
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(30);
    private static final int AFTER_ALL = 10_000;

    private final Vertx vertx;
    private final AgentConfig config;
    private final Sessions sessions;
    private final Clock clock;
    private final SamplePod pod = SamplePod.INSTANCE;
    private final Workbench workbench = Workbench.INSTANCE;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("development-kubelet").factory());
    private @Nullable EmbeddedEksAuth eksAuth;

    DevelopmentCluster(Vertx vertx, AgentConfig config, Sessions sessions, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.sessions = sessions;
        this.clock = clock;
    }

    void start(@Observes @Priority(AFTER_ALL) ServerStart started) throws IOException {
        PublicJsonWebKey key = ClusterKey.keptIn(workbench.key());
        Path associations = workbench.associations(config.clusterName(), pod);
        project(key);
        config.endpoint()
                .filter(DevelopmentCluster::isLocal)
                .ifPresent(endpoint -> serve(endpoint, key, associations));
        LOG.info(
                new Banner(
                                pod,
                                config.clusterName(),
                                credentials(),
                                workbench.token().path(),
                                associations,
                                config.endpoint().filter(DevelopmentCluster::isLocal).orElse(null),
                                URI.create("http://127.0.0.1:" + config.probePort() + "/status"),
                                sessions.origin())
                        .text());
    }

    void stop(@Observes ShutdownEvent stopping) {
        timer.shutdownNow();
        if (eksAuth != null) {
            eksAuth.stop();
        }
    }

    private void project(PublicJsonWebKey key) {
        Kubelet kubelet =
                new Kubelet(new TokenMaker(key, TOKEN_LIFETIME), pod, workbench.token(), clock);
        kubelet.keepFresh();
        var _ =
                Repeating.every(
                        REFRESH_INTERVAL,
                        (delay, task) -> {
                            var _ = timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
                        },
                        kubelet::keepFresh,
                        bug -> LOG.error("The sample pod's token is not kept fresh for now", bug));
    }

    private void serve(URI endpoint, PublicJsonWebKey key, Path associations) {
        eksAuth =
                new EmbeddedEksAuth(
                        vertx,
                        endpoint,
                        config.clusterName(),
                        key,
                        associations,
                        sessions.issuer(clock),
                        clock);
        eksAuth.start(
                config.clusterName(),
                new TokenMaker(key, TOKEN_LIFETIME).tokenFor(pod, clock.instant()));
    }

    private URI credentials() {
        return URI.create(
                "http://%s:%d/v1/credentials"
                        .formatted(config.bindHosts().getFirst().inUrl(), config.port()));
    }

    // An endpoint elsewhere was chosen by the developer and wins.
    private static boolean isLocal(URI endpoint) {
        try {
            return "http".equals(endpoint.getScheme())
                    && InetAddress.getByName(endpoint.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
