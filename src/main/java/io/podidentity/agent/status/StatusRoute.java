package io.podidentity.agent.status;

import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.HeldPod;
import io.podidentity.agent.eksauth.EksAuthCalls;
import io.podidentity.agent.server.Listeners;
import io.podidentity.agent.status.AgentStatus.EksAuthStatus;
import io.podidentity.agent.status.AgentStatus.PodStatus;
import io.podidentity.agent.status.AgentStatus.Table;
import io.podidentity.agent.telemetry.LastErrors;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AgentConfig.Command;
import io.podidentity.config.Version;
import io.quarkus.vertx.http.ManagementInterface;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;

/** {@code server --status}: tells whoever is on the node what the agent knows. */
@Singleton
class StatusRoute {

    /** Else a page of somebody else's could be given a name for this address, and read it. */
    private static final Pattern OWN_HOST =
            Pattern.compile("(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::[0-9]{1,5})?");

    private final AgentConfig config;
    private final Listeners listeners;
    private final LastErrors errors;
    private final Clock clock;

    // Resolved when asked: routes are created before the cache.
    private final Instance<CredentialCache> cache;
    private final Instance<CircuitBreakerMaintenance> breakers;
    private final Instance<StatusTable> tables;

    StatusRoute(
            AgentConfig config,
            Listeners listeners,
            LastErrors errors,
            Clock clock,
            Instance<CredentialCache> cache,
            Instance<CircuitBreakerMaintenance> breakers,
            Instance<StatusTable> tables) {
        this.config = config;
        this.listeners = listeners;
        this.errors = errors;
        this.clock = clock;
        this.cache = cache;
        this.breakers = breakers;
        this.tables = tables;
    }

    void serve(@Observes ManagementInterface management) {
        if (config.status() && config.command() == Command.SERVER) {
            management.router().get("/status").blockingHandler(this::answer, false);
        }
    }

    private void answer(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        if (!local(context.request())) {
            response.setStatusCode(403)
                    .putHeader("Content-Type", "text/plain")
                    .end("The status is told on this node, at localhost\n");
            return;
        }
        String accept = context.request().getHeader("Accept");
        if (accept != null && accept.contains("text/html")) {
            response.putHeader("Content-Type", "text/html; charset=utf-8")
                    .putHeader(
                            "Content-Security-Policy",
                            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
                    .end(StatusPage.of(status()));
        } else {
            response.putHeader("Content-Type", "application/json").end(status().json());
        }
    }

    private static boolean local(HttpServerRequest request) {
        String host = request.getHeader("Host");
        return host != null
                && OWN_HOST.matcher(host).matches()
                && InetAddress.ofLiteral(request.remoteAddress().hostAddress()).isLoopbackAddress();
    }

    private AgentStatus status() {
        List<HeldPod> held = cache.get().held();
        List<PodStatus> pods = AgentStatus.pods(held);
        return new AgentStatus(
                Version.current(),
                config.clusterName(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS),
                AgentStatus.listeners(listeners),
                EksAuthStatus.of(
                        cache.get(),
                        breakers.get().currentState(EksAuthCalls.BREAKER),
                        errors.all()),
                pods,
                held.size() - pods.size(),
                tables.stream().map(Table::of).toList());
    }
}
