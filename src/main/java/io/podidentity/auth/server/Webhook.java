package io.podidentity.auth.server;

import io.podidentity.auth.FileStamp;
import io.podidentity.auth.injection.ServerKey;
import io.podidentity.auth.injection.WebhookCertificate;
import io.podidentity.schedule.Backoff;
import io.podidentity.schedule.Repeating;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The webhook and its certificate: served as soon as there is one, and again when it changes. */
final class Webhook {

    /** Finds what to serve with from now on, if it changed. */
    @FunctionalInterface
    interface Keys {
        Optional<SSLOptions> changed() throws IOException;
    }

    private static final Logger LOG = Logger.getLogger(Webhook.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final WebhookService service;
    private final Keys keys;
    private final CompletableFuture<Integer> serving = new CompletableFuture<>();
    private @Nullable SSLOptions unserved;

    Webhook(WebhookService service, Keys keys) {
        this.service = service;
        this.keys = keys;
    }

    /** Those that are in files. */
    static Keys inFiles(Tls files, Vertx vertx) {
        return new Keys() {
            private List<FileStamp> stamps = List.of();

            @Override
            public Optional<SSLOptions> changed() throws IOException {
                List<FileStamp> now = files.stamps();
                if (stamps.equals(now)) {
                    return Optional.empty();
                }
                SSLOptions read = TlsFiles.read(files, vertx);
                stamps = now;
                return Optional.of(read);
            }
        };
    }

    /** Those that the service makes itself. */
    static Keys made(WebhookCertificate certificate) {
        return () -> certificate.refresh().map(Webhook::options);
    }

    /**
     * @param scheduler runs what may block
     */
    void start(Repeating.Scheduler scheduler) {
        var _ =
                Repeating.untilDone(
                        new Backoff(INTERVAL, INTERVAL),
                        scheduler,
                        this::refresh,
                        problem ->
                                LOG.warnf(
                                        "The webhook's certificate cannot be looked after: %s; %s",
                                        problem.getMessage(),
                                        serving.isDone()
                                                ? "the last one stays"
                                                : "no pod is injected yet"));
    }

    /** Waits until pods are injected, for so long at most. */
    void await(Duration patience) {
        try {
            int port = serving.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            LOG.infof("The webhook listens on port %d", port);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The service begins without its webhook, which has no certificate yet");
        }
    }

    private boolean refresh() throws IOException {
        unserved = keys.changed().orElse(unserved);
        if (unserved != null) {
            try {
                serving.complete(service.serve(unserved).toCompletableFuture().join());
                unserved = null;
            } catch (CompletionException e) {
                throw new IOException("it cannot be served: " + e.getMessage(), e);
            }
        }
        return false;
    }

    private static SSLOptions options(ServerKey own) {
        return new SSLOptions()
                .setKeyCertOptions(
                        new PemKeyCertOptions()
                                .setCertValue(Buffer.buffer(own.certificate()))
                                .setKeyValue(Buffer.buffer(own.key())));
    }
}
