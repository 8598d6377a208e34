package io.podidentity.agent.authservice;

import io.podidentity.agent.token.TokenVerifier;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Serves EKS Auth's API over HTTP. */
public final class AuthService {

    private static final Logger LOG = Logger.getLogger(AuthService.class);
    private static final int LARGEST_BODY = 64 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final String REQUEST_ID = "x-amzn-RequestId";
    private static final String PATH = "/clusters/:cluster/assume-role-for-pod-identity";

    private final String region;
    private final Exchange exchange;
    private final HttpServer server;

    public AuthService(
            Vertx vertx,
            AuthServiceSettings settings,
            TokenVerifier verifier,
            Associations associations,
            SessionIssuer issuer,
            Clock clock) {
        this.region = settings.region();
        this.exchange = new Exchange(verifier, associations, issuer, clock);
        this.server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost(settings.host())
                                        .setPort(settings.port())
                                        .setIdleTimeout(IDLE_SECONDS)
                                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
                        .requestHandler(routes(vertx));
    }

    /** Completes with the port once requests are served. */
    public CompletionStage<Integer> start() {
        return server.listen().map(HttpServer::actualPort).toCompletionStage();
    }

    /** Completes when the port is free. */
    public CompletionStage<Void> stop() {
        return server.close().toCompletionStage();
    }

    /** Walks the way of a request once, so that the first client finds no cold JVM. Blocks. */
    public void rehearse(String cluster, String token) {
        var _ = exchange.exchange(cluster, token);
    }

    private Router routes(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(AuthService::identify);
        router.post(PATH)
                .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY))
                .blockingHandler(this::assumeRole, false);
        router.errorHandler(404, context -> refuse(context, 404, "there is nothing at this path"));
        router.errorHandler(405, context -> refuse(context, 405, "this path takes POST only"));
        router.errorHandler(
                413,
                context -> refuse(context, 413, "the body exceeds " + LARGEST_BODY + " bytes"));
        router.errorHandler(400, context -> refuse(context, 400, "the request is malformed"));
        router.errorHandler(500, AuthService::fail);
        return router;
    }

    private static void identify(RoutingContext context) {
        context.response().putHeader(REQUEST_ID, UUID.randomUUID().toString());
        context.next();
    }

    private void assumeRole(RoutingContext context) {
        switch (Wire.tokenIn(context.body().asString())) {
            case Wire.Request(String token) ->
                    answer(context, exchange.exchange(cluster(context), token));
            case Wire.Unreadable(ErrorType type, String problem) ->
                    answer(context, new Refusal(type, problem));
        }
    }

    private static String cluster(RoutingContext context) {
        return Objects.requireNonNull(context.pathParam("cluster"));
    }

    private void answer(RoutingContext context, Exchange.Outcome outcome) {
        switch (outcome) {
            case Exchange.Exchanged exchanged -> {
                LOG.infof(
                        "Issued %s to pod %s of %s/%s under %s, request %s",
                        exchanged.session(),
                        exchanged.token().podName(),
                        exchanged.token().namespace(),
                        exchanged.token().serviceAccount(),
                        exchanged.association().id(),
                        context.response().headers().get(REQUEST_ID));
                send(context, 200, Wire.success(exchanged, region));
            }
            case Refusal(ErrorType type, String message) -> {
                LOG.infof(
                        "Refused with %s: %s, request %s",
                        type.code(), message, context.response().headers().get(REQUEST_ID));
                error(context, type.status(), type, message);
            }
        }
    }

    private static void refuse(RoutingContext context, int status, String message) {
        error(context, status, ErrorType.INVALID_REQUEST, message);
    }

    private static void fail(RoutingContext context) {
        LOG.error(
                "Failed on request " + context.response().headers().get(REQUEST_ID),
                context.failure());
        error(context, 500, ErrorType.INTERNAL_SERVER, "The service failed; its log says why");
    }

    private static void error(RoutingContext context, int status, ErrorType type, String message) {
        context.response().putHeader("x-amzn-ErrorType", type.code());
        send(context, status, Wire.error(message));
    }

    private static void send(RoutingContext context, int status, String json) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(json);
    }
}
