package io.podidentity.auth.cluster;

import static org.awaitility.Awaitility.await;

import io.podidentity.harness.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not beside the Quarkus tests, in whose JVM the client opens no watch. */
class ClusterClientIT {

    private static final String NONE =
            """
            {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []}
            """;

    @TempDir Path account;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** As behind a connection that is gone without a word: nothing comes, not even a bookmark. */
    @Test
    void watchThatTellsNothingForTooLongIsOpenedAnew() throws Exception {
        AtomicInteger watches = new AtomicInteger();
        HttpServer silent =
                vertx.createHttpServer()
                        .webSocketHandler(opened -> watches.incrementAndGet())
                        .requestHandler(
                                request ->
                                        request.response()
                                                .putHeader("Content-Type", "application/json")
                                                .end(NONE));
        int port =
                silent.listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join()
                        .actualPort();
        TestAuthority.in(account);
        Files.writeString(account.resolve("token"), "token");
        URI address = URI.create("http://127.0.0.1:" + port);

        try (ClusterClient client =
                        new ClusterClient(vertx, address, account, Duration.ofMillis(200));
                Watched watched = new Watched(client.api(), "own", true, changed -> {})) {
            watched.start();

            await().atMost(Duration.ofSeconds(60)).until(() -> watches.get() > 4);
        }
    }
}
