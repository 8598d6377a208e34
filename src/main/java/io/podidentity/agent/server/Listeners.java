package io.podidentity.agent.server;

import io.podidentity.agent.eksauth.WarmUpSource;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AgentConfig.Command;
import io.podidentity.config.BindHost;
import io.podidentity.config.ServerStart;
import io.podidentity.config.ShutdownTimeouts;
import io.podidentity.guard.Budget;
import io.podidentity.guard.ConnectionGuard;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.options.HttpServerCommonHandlers;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All the agent's sockets, in front of one application: Quarkus' router behind each credentials
 * address, its management router behind the probes and the metrics. Quarkus itself opens none,
 * because it serves one address and ends the process when that cannot be bound.
 */
@ApplicationScoped
public class Listeners {

    private static final Logger LOG = Logger.getLogger(Listeners.class);
    private static final int OUTERMOST = 10_000;
    static final BindHost LOOPBACK = new BindHost("127.0.0.1");

    private static final Set<String> PROBES = Set.of("/healthz", "/readyz");
    private static final Set<String> PROBES_AND_STATUS = Set.of("/healthz", "/readyz", "/status");
    private static final Set<String> METRICS = Set.of("/healthz", "/readyz", "/metrics");

    private final Vertx vertx;
    private final AgentConfig config;
    private final ReplyWriter replies;
    private final ConnectionGuard pods;
    private final ConnectionGuard watchers;
    private final HttpEvents events;
    private final WarmUpToken warmUpToken;
    private final AllowedHosts hosts;
    private final Clock clock;

    private final Promise<Void> warm = Promise.promise();
    private List<Listener> credentials = List.of();
    private List<Listener> others = List.of();
    private @Nullable Handler<HttpServerRequest> management;

    Listeners(
            Vertx vertx,
            AgentConfig config,
            ReplyWriter replies,
            HttpEvents events,
            WarmUpToken warmUpToken,
            AllowedHosts hosts,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.replies = replies;
        this.pods = new ConnectionGuard(vertx, Budget.forService(), replies::cutOff);
        this.watchers = new ConnectionGuard(vertx, Budget.forProbes(), replies::cutOff);
        this.events = events;
        this.warmUpToken = warmUpToken;
        this.hosts = hosts;
        this.clock = clock;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::observe, OUTERMOST);
    }

    void management(@Observes ManagementInterface routes) {
        management = HttpServerCommonHandlers.enforceDuplicatedContext(routes.router(), false);
    }

    void prepare(@Observes ServerStart started) {
        Gate gate = new Gate(Set.of(CredentialsResource.PATH), this::enter);
        credentials =
                config.bindHosts().stream()
                        .map(host -> listener("credentials", host, config.port(), gate, pods))
                        .toList();
    }

    /**
     * A port of this agent's own, which no other one shares; it serves the warm-up alone, as the
     * agent and as EKS Auth. To be closed after it.
     */
    Future<HttpServer> openForWarmUp() {
        Gate gate = new Gate(Set.of(CredentialsResource.PATH), this::enterWarmUp);
        return vertx.createHttpServer(
                        new HttpServerOptions().setHost(LOOPBACK.address()).setPort(0))
                .connectionHandler(pods::opened)
                .requestHandler(
                        request -> {
                            if (request.method().equals(HttpMethod.POST)) {
                                var _ =
                                        request.response()
                                                .putHeader("Content-Type", "application/json")
                                                .end(WarmUpSource.answer(clock.instant()));
                            } else {
                                gate.handle(request, replies);
                            }
                        })
                .listen()
                .onSuccess(server -> pods.watch(vertx, server.actualPort(), false));
    }

    private void enterWarmUp(HttpServerRequest request) {
        if (warmUpToken.isIn(request)) {
            enter(request);
        } else {
            replies.write(request, Reply.notFound());
        }
    }

    /** To be called when the warm-up has ended. */
    void warm() {
        warm.tryComplete();
    }

    /** Probes and metrics are served for {@code auth} too. */
    void openAll(@Observes StartupEvent started) {
        Handler<HttpServerRequest> handler = management;
        if (handler == null) {
            throw new IllegalStateException("Quarkus' management interface is off");
        }
        others =
                List.of(
                        listener(
                                "probes",
                                LOOPBACK,
                                config.probePort(),
                                new Gate(config.status() ? PROBES_AND_STATUS : PROBES, handler),
                                watchers),
                        listener(
                                "metrics",
                                config.metricsAddress(),
                                config.metricsPort(),
                                new Gate(METRICS, handler),
                                watchers));
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            // Live reload needs the request to arrive on Quarkus' own socket.
            credentials.forEach(Listener::openedByQuarkus);
            others.forEach(Listener::open);
        } else if (credentials.isEmpty()) {
            others.forEach(Listener::open);
        } else {
            new Succession(vertx, config, credentials, others).begin(warm.future());
        }
    }

    /**
     * The SDKs for C, C++ and Kotlin send IPv6 addresses without brackets, which Quarkus refuses.
     */
    private void enter(HttpServerRequest request) {
        String host = request.getHeader("Host");
        if (host != null) {
            String bracketed = hosts.bracketed(host, config.port());
            if (!bracketed.equals(host)) {
                request.headers().set("Host", bracketed);
            }
        }
        VertxHttpRecorder.getRootHandler().handle(request);
    }

    void close(@Observes ShutdownEvent stopping) {
        all().forEach(Listener::drain);
        CompletionStage<Void> watched = watchers.close();
        if (!await(pods.close(), ShutdownTimeouts.REQUESTS)) {
            LOG.warnf("Stopping with %d requests unanswered", pods.running());
        }
        await(watched, ShutdownTimeouts.PROBES);
        await(
                Future.join(all().map(Listener::close).toList()).toCompletionStage(),
                ShutdownTimeouts.SOCKETS);
    }

    private static boolean await(CompletionStage<?> end, Duration timeout) {
        try {
            end.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** The listeners of the credentials endpoint. */
    public List<CredentialsListener> credentials() {
        return credentials.stream().map(Listeners::view).toList();
    }

    private static CredentialsListener view(Listener listener) {
        return new CredentialsListener(
                listener.host(), listener.port(), listener.problem().orElse(null));
    }

    /**
     * One listener of the credentials endpoint.
     *
     * @param problem why its socket is not open; null when it is
     */
    public record CredentialsListener(BindHost host, int port, @Nullable String problem) {}

    private Listener listener(
            String name, BindHost host, int port, Gate gate, ConnectionGuard guard) {
        // The node agent is replaced while it runs; auth has a Service in front of it.
        boolean shared = config.command() == Command.SERVER;
        return new Listener(vertx, name, host, port, gate, replies, guard, shared);
    }

    private Stream<Listener> all() {
        return Stream.concat(credentials.stream(), others.stream());
    }

    private void observe(RoutingContext request) {
        if (CredentialsResource.PATH.equals(request.request().path())
                && !warmUpToken.isIn(request.request())) {
            request.addEndHandler(ended -> events.answered(request.response().getStatusCode()));
        }
        request.next();
    }
}
