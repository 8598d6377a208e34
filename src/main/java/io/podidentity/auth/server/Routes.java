package io.podidentity.auth.server;

import io.podidentity.auth.WireError;
import io.podidentity.auth.associations.ApiAnswer;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsPage;
import io.podidentity.auth.associations.EksError;
import io.podidentity.auth.exchange.Call;
import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Permission;
import io.podidentity.guard.RefusalLines;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/** The service's routes, and who may call them. */
final class Routes {

    private static final Logger LOG = Logger.getLogger(Routes.class);
    private static final int MAX_BODY = 64 * 1024;
    private static final long MINUTE = 60_000;
    private static final String EXCHANGE = "/clusters/:cluster/assume-role-for-pod-identity";
    private static final String ASSOCIATIONS = "/clusters/:cluster/pod-identity-associations";
    private static final String ASSOCIATION = ASSOCIATIONS + "/:id";

    private final AuthParts parts;
    private final ExchangeRoute exchange;
    private final Executor blocking;
    private final RefusalLines refusals;

    Routes(Vertx vertx, AuthParts parts, String region, Executor blocking) {
        this.parts = parts;
        this.refusals =
                new RefusalLines(
                        LOG, System::nanoTime, task -> vertx.setTimer(MINUTE, tick -> task.run()));
        this.exchange = new ExchangeRoute(parts.exchange(), parts.events(), region, refusals);
        this.blocking = blocking;
    }

    Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(Routes::identify).failureHandler(Routes::left);
        serve(router, HttpMethod.POST, EXCHANGE, Permission.EXCHANGE, exchange::handle);
        api(router, HttpMethod.POST, ASSOCIATIONS, (api, c) -> api.create(cluster(c), body(c)));
        api(router, HttpMethod.GET, ASSOCIATIONS, (api, c) -> api.list(cluster(c), query(c)));
        api(router, HttpMethod.GET, ASSOCIATION, (api, c) -> api.describe(cluster(c), id(c)));
        api(
                router,
                HttpMethod.POST,
                ASSOCIATION,
                (api, c) -> api.update(cluster(c), id(c), body(c)));
        api(router, HttpMethod.DELETE, ASSOCIATION, (api, c) -> api.delete(cluster(c), id(c)));
        errors(router);
        return router;
    }

    private void errors(Router router) {
        router.errorHandler(404, context -> refuse(context, 404, "there is nothing at this path"));
        router.errorHandler(405, context -> refuse(context, 405, "this path takes other methods"));
        router.errorHandler(
                413, context -> refuse(context, 413, "the body exceeds " + MAX_BODY + " bytes"));
        router.errorHandler(400, context -> refuse(context, 400, "the request is malformed"));
        router.errorHandler(500, this::fail);
    }

    private void api(Router router, HttpMethod method, String path, ApiCall call) {
        serve(
                router,
                method,
                path,
                Permission.ASSOCIATIONS,
                (context, who) -> answer(context, who, call.answer(parts.api(), context)));
    }

    /** Runs the handler off the event loop, for permitted callers. */
    private void serve(
            Router router,
            HttpMethod method,
            String path,
            Permission wanted,
            BiConsumer<RoutingContext, String> handler) {
        router.route(method, path)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
                .handler(
                        context ->
                                blocking.execute(
                                        () ->
                                                guarded(
                                                        context,
                                                        () -> check(context, wanted, handler))));
    }

    private static void guarded(RoutingContext context, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }

    private void check(
            RoutingContext context, Permission wanted, BiConsumer<RoutingContext, String> handler) {
        Buffer body = context.body().buffer();
        Call call = Call.of(context.request(), body == null ? Buffer.buffer() : body);
        switch (parts.callers().check(call, wanted)) {
            case Allowed(String who) -> handler.accept(context, who);
            case Denied(WireError error, String message) -> {
                String client = Replies.client(context);
                if (refusals.admit(client)) {
                    LOG.infof(
                            "Refused a caller from %s with %s: %s, request %s",
                            client,
                            error.code(),
                            RefusalLines.shortened(message),
                            Replies.requestId(context));
                }
                Replies.error(context, error.status(), error, message);
            }
        }
    }

    private static void answer(RoutingContext context, String who, ApiAnswer answer) {
        switch (answer) {
            case ApiAnswer.Done(var body) -> {
                if (!context.request().method().equals(HttpMethod.GET)) {
                    LOG.infof(
                            "%s changed the associations: %s %s, request %s",
                            who,
                            context.request().method(),
                            context.request().path(),
                            Replies.requestId(context));
                }
                Replies.send(context, 200, body.encode());
            }
            case ApiAnswer.Failed(EksError error, String message) ->
                    Replies.error(context, error.status(), error, message);
        }
    }

    private static void identify(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.response().putHeader(Replies.REQUEST_ID, UUID.randomUUID().toString());
        // Reject absolute-form targets and duplicate headers: parsers disagree on them.
        if (!request.uri().startsWith("/")
                || request.headers().getAll("Host").size() > 1
                || request.headers().getAll("Authorization").size() > 1) {
            context.fail(400);
        } else {
            context.next();
        }
    }

    private static void refuse(RoutingContext context, int status, String message) {
        Replies.error(context, status, ErrorType.INVALID_REQUEST, message);
    }

    /** A client that disconnects before its body has arrived needs no answer. */
    private static void left(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    private void fail(RoutingContext context) {
        if (refusals.admit(Replies.client(context))) {
            LOG.error("Failed on request " + Replies.requestId(context), context.failure());
        }
        Replies.error(
                context, 500, ErrorType.INTERNAL_SERVER, "The service failed; its log says why");
    }

    private static String cluster(RoutingContext context) {
        return Objects.requireNonNull(context.pathParam("cluster"));
    }

    private static String id(RoutingContext context) {
        return Objects.requireNonNull(context.pathParam("id"));
    }

    private static String body(RoutingContext context) {
        String body = context.body().asString();
        return body == null ? "" : body;
    }

    private static AssociationsPage.Query query(RoutingContext context) {
        var parameters = context.queryParams();
        return new AssociationsPage.Query(
                parameters.get("namespace"),
                parameters.get("serviceAccount"),
                parameters.get("maxResults"),
                parameters.get("nextToken"));
    }

    private interface ApiCall {
        ApiAnswer answer(AssociationsApi api, RoutingContext context);
    }
}
