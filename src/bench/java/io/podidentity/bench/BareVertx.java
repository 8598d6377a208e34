package io.podidentity.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** The least that can answer over HTTP with Vert.x: the same bytes to whoever asks. */
final class BareVertx {

    private BareVertx() {}

    /** Arguments: port, file with the body. */
    public static void main(String[] arguments) throws Exception {
        Buffer body = Buffer.buffer(Files.readAllBytes(Path.of(arguments[1])));
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2))
                .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(
                        request ->
                                request.response()
                                        .putHeader("Content-Type", "application/json")
                                        .end(body))
                .listen(Integer.parseInt(arguments[0]))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }
}
