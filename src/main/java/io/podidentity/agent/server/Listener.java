package io.podidentity.agent.server;

import io.podidentity.agent.node.SharedPort;
import io.podidentity.config.BindHost;
import io.podidentity.guard.ConnectionGuard;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One listening socket. If it cannot be bound, logs why once and keeps trying. */
final class Listener {

    private static final Logger LOG = Logger.getLogger(Listener.class);

    /** Room for the largest tokens; the reference agent, a Go server, reads up to a megabyte. */
    private static final int HEADER_BYTES = 32 * 1024;

    private static final int LINE_BYTES = 2 * 1024;

    /** The maximum that Linux grants by default. */
    private static final int BACKLOG = 4096;

    /**
     * One socket on each of the event loops of application.properties: one busy loop does not block
     * all.
     */
    private static final int EVENT_LOOPS = 2;

    private final Vertx vertx;
    private final String name;
    private final BindHost host;
    private final int port;
    private final Gate gate;
    private final ReplyWriter replies;
    private final ConnectionGuard guard;
    private final boolean shared;

    private volatile @Nullable String deployment;
    private volatile @Nullable String problem = "not opened yet";
    private volatile boolean closed;

    /**
     * @param shared whether a newer agent may take the port over while this one still runs
     */
    Listener(
            Vertx vertx,
            String name,
            BindHost host,
            int port,
            Gate gate,
            ReplyWriter replies,
            ConnectionGuard guard,
            boolean shared) {
        this.vertx = vertx;
        this.name = name;
        this.host = host;
        this.port = port;
        this.gate = gate;
        this.replies = replies;
        this.guard = guard;
        this.shared = shared;
    }

    /** Opens the socket, now or later; completes after the first attempt. */
    Future<Void> open() {
        return attempt(1);
    }

    /** Leaves the socket to Quarkus. */
    void openedByQuarkus() {
        problem = null;
    }

    private Future<Void> attempt(int tries) {
        if (closed) {
            return Future.succeededFuture();
        }
        return bind().onFailure(failure -> failed(failure, tries)).otherwiseEmpty();
    }

    /** Tries once. */
    Future<Void> bind() {
        return vertx.deployVerticle(new Socket(EVENT_LOOPS))
                .compose(id -> takenOver().onComplete(done -> opened(id)))
                .mapEmpty();
    }

    private Future<Void> takenOver() {
        return shared
                ? vertx.executeBlocking(this::takeOver).otherwise(false).mapEmpty()
                : Future.succeededFuture();
    }

    /** From then on new connections are this process' own, also those of its probes. */
    private boolean takeOver() {
        try {
            boolean took = !closed && SharedPort.ofThisProcess().takeOver(port) > 0;
            if (took) {
                LOG.infof("Took port %d over from the agent that still runs", port);
            }
            return took;
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.warnf("Port %d is shared with the agent that still runs: %s", port, e);
            return false;
        }
    }

    /** One attempt. Vert.x keeps a failed server until the verticle that made it is undeployed. */
    private final class Socket extends AbstractVerticle {

        private final int eventLoops;

        Socket(int eventLoops) {
            this.eventLoops = eventLoops;
        }

        @Override
        public void start(Promise<Void> bound) {
            vertx.createHttpServer(options())
                    .connectionHandler(guard::opened)
                    .invalidRequestHandler(replies::invalid)
                    .requestHandler(request -> gate.handle(request, replies))
                    .listen()
                    .compose(server -> share())
                    .onComplete(bound);
        }

        /** The same socket, served by another event loop too; closed with this one. */
        private Future<Void> share() {
            return eventLoops == 1
                    ? Future.succeededFuture()
                    : vertx.deployVerticle(new Socket(eventLoops - 1)).mapEmpty();
        }
    }

    private void opened(String id) {
        deployment = id;
        problem = null;
        guard.watch(vertx, port, false);
        LOG.infof("Listening for %s on %s:%d", name, host.inUrl(), port);
        if (closed) {
            vertx.undeploy(id);
        }
    }

    private void failed(Throwable failure, int tries) {
        BindProblem now = BindProblem.of(failure);
        if (!now.text().equals(problem)) {
            LOG.warnf(
                    "Cannot listen for %s on %s:%d: %s. The agent runs on and keeps trying",
                    name, host.inUrl(), port, now.text());
        }
        problem = now.text();
        vertx.setTimer(now.backoff().after(tries).toMillis(), tick -> attempt(tries + 1));
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(host.address())
                .setPort(port)
                .setReusePort(shared)
                .setAcceptBacklog(BACKLOG)
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxInitialLineLength(LINE_BYTES)
                .setHttp2ClearTextEnabled(false)
                .setTcpKeepAlive(true);
    }

    BindHost host() {
        return host;
    }

    int port() {
        return port;
    }

    /** Why the socket is not open; empty when it is. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Stops opening the socket. */
    void drain() {
        closed = true;
    }

    /** Closes the socket and what is left of its connections. */
    Future<Void> close() {
        closed = true;
        String open = deployment;
        return open == null ? Future.succeededFuture() : vertx.undeploy(open);
    }
}
