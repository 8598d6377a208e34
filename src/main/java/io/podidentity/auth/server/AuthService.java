package io.podidentity.auth.server;

import io.podidentity.auth.FileStamp;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.guard.Budget;
import io.podidentity.guard.ConnectionGuard;
import io.podidentity.guard.CutOff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/** Serves EKS Auth's API, and that of its associations, over HTTP. */
public final class AuthService {

    private static final Logger LOG = Logger.getLogger(AuthService.class);
    private static final int BACKLOG = 4096;
    private static final int HEADER_BYTES = 16 * 1024;

    private final Vertx vertx;
    private final AuthServiceSettings settings;
    private final Exchange exchange;
    private final Executor blocking;
    private final HttpServer server;
    private final ConnectionGuard guard;
    private volatile List<FileStamp> stamps = List.of();

    /**
     * @param blocking runs what waits for keys, files and STS
     * @throws UncheckedIOException if TLS files are given and cannot be used
     */
    public AuthService(
            Vertx vertx, AuthServiceSettings settings, AuthParts parts, Executor blocking) {
        this.vertx = vertx;
        this.settings = settings;
        this.exchange = parts.exchange();
        this.blocking = blocking;
        Router router = new Routes(vertx, parts, settings.region(), blocking).router(vertx);
        this.guard = new ConnectionGuard(vertx, Budget.forService(), AuthService::cutOff);
        try {
            this.server =
                    vertx.createHttpServer(options())
                            .connectionHandler(guard::opened)
                            .requestHandler(router);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Completes with the port once requests are served. */
    public CompletionStage<Integer> start() {
        return server.listen()
                .map(HttpServer::actualPort)
                .onSuccess(this::guard)
                .toCompletionStage();
    }

    /** Completes when running requests are answered and the port is free. */
    public CompletionStage<Void> stop() {
        return guard.close().thenCompose(done -> server.close().toCompletionStage());
    }

    /** Guards also the other listeners of this process. */
    ConnectionGuard guard() {
        return guard;
    }

    /** Warm-up: exchanges one dummy token. Blocks. */
    public void warmUp(String cluster, String token) {
        var _ = exchange.exchange(cluster, token);
    }

    /**
     * Reloads the TLS files if one has changed. To be called often.
     *
     * @return completes when done, successfully or not
     */
    public CompletionStage<Void> refresh() {
        Tls tls = settings.tls();
        return tls == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.supplyAsync(() -> refresh(tls), blocking)
                        .thenCompose(Future::toCompletionStage);
    }

    private synchronized Future<Void> refresh(Tls tls) {
        List<FileStamp> now = tls.stamps();
        if (stamps.equals(now)) {
            return Future.succeededFuture();
        }
        stamps = now;
        try {
            return server.updateSSLOptions(TlsFiles.read(tls, vertx), true)
                    .onSuccess(
                            done -> LOG.infof("TLS is served with the new %s", tls.certificate()))
                    .otherwise(AuthService::kept)
                    .mapEmpty();
        } catch (IOException | RuntimeException e) {
            kept(e);
            return Future.succeededFuture();
        }
    }

    private static boolean kept(Throwable problem) {
        LOG.warnf("The TLS files: %s; the last good ones stay", problem.getMessage());
        return false;
    }

    private void guard(int port) {
        guard.watch(vertx, port, settings.tls() != null);
    }

    private static byte[] cutOff(CutOff why) {
        return Wire.error(
                        switch (why) {
                            case TOO_SLOW -> "The request took too long to arrive";
                            case TOO_MANY_HEADERS -> "The request has too many headers";
                            case TOO_MUCH -> "Too many connections to the service";
                        })
                .getBytes(StandardCharsets.UTF_8);
    }

    private HttpServerOptions options() throws IOException {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost(settings.host())
                        .setPort(settings.port())
                        .setAcceptBacklog(BACKLOG)
                        .setMaxHeaderSize(HEADER_BYTES)
                        // Signatures cover the Host header, which HTTP/2 lacks.
                        .setHttp2ClearTextEnabled(false);
        Tls tls = settings.tls();
        if (tls == null) {
            return options;
        }
        stamps = tls.stamps();
        SSLOptions ssl = TlsFiles.read(tls, vertx);
        options.setSsl(true).setKeyCertOptions(ssl.getKeyCertOptions());
        if (tls.clientAuthorities() != null) {
            options.setTrustOptions(ssl.getTrustOptions())
                    .setClientAuth(tls.clientsMust() ? ClientAuth.REQUIRED : ClientAuth.REQUEST);
        }
        return options;
    }
}
