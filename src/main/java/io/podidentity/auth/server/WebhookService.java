package io.podidentity.auth.server;

import io.podidentity.auth.injection.Injection;
import io.podidentity.guard.ConnectionGuard;
import io.podidentity.guard.RefusalLines;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Serves the webhook that injects pods, once it has a certificate. */
public final class WebhookService {

    private static final Logger LOG = Logger.getLogger(WebhookService.class);

    /** More than the API server takes of a pod, in JSON with what it says about the request. */
    private static final int MAX_BODY = 8 * 1024 * 1024;

    private final Vertx vertx;
    private final String host;
    private final int port;
    private final ConnectionGuard guard;
    private final Injection injection;
    private final Executor blocking;
    private @Nullable HttpServer server;

    /**
     * @param port 0 for any that is free
     * @param guard also of the other listeners
     * @param blocking runs what waits for associations
     */
    public WebhookService(
            Vertx vertx,
            String host,
            int port,
            ConnectionGuard guard,
            Injection injection,
            Executor blocking) {
        this.vertx = vertx;
        this.host = host;
        this.port = port;
        this.guard = guard;
        this.injection = injection;
        this.blocking = blocking;
    }

    /** Serves with these keys from now on; completes with the port. */
    public synchronized CompletionStage<Integer> serve(SSLOptions ssl) {
        HttpServer serving = server;
        if (serving != null) {
            return serving.updateSSLOptions(ssl, true)
                    .map(done -> serving.actualPort())
                    .toCompletionStage();
        }
        HttpServer starting =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost(host)
                                        .setPort(port)
                                        .setSsl(true)
                                        .setKeyCertOptions(ssl.getKeyCertOptions()))
                        .connectionHandler(guard::opened)
                        .requestHandler(router());
        server = starting;
        return starting.listen()
                .map(HttpServer::actualPort)
                .onSuccess(bound -> guard.watch(vertx, bound, true))
                .recover(
                        problem -> {
                            forget();
                            return Future.failedFuture(problem);
                        })
                .toCompletionStage();
    }

    private synchronized void forget() {
        server = null;
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route(HttpMethod.POST, "/mutate")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
                .handler(context -> blocking.execute(() -> answer(context)))
                .failureHandler(WebhookService::failed);
        return router;
    }

    private void answer(RoutingContext context) {
        Buffer body = context.body().buffer();
        try {
            Replies.send(
                    context, 200, injection.answer(body == null ? new byte[0] : body.getBytes()));
        } catch (IOException e) {
            Replies.send(context, 400, Wire.error(RefusalLines.shortened(e.getMessage())));
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }

    private static void failed(RoutingContext context) {
        Throwable bug = context.failure();
        if (bug instanceof HttpClosedException) {
            return;
        }
        if (bug != null) {
            LOG.error("A pod could not be looked at", bug);
        }
        context.next();
    }
}
