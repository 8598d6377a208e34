package io.podidentity.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.agent.config.BindHost;
import io.podidentity.agent.harness.FreePorts;
import io.podidentity.agent.harness.RawConnection;
import io.podidentity.agent.harness.RawConnection.Answer;
import io.podidentity.agent.http.ConnectionGuard.Limits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listener against clients that are slow, many, or gone; its application answers when told. */
class ConnectionGuardTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String REQUEST = "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String HELD = "GET /held HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final ReplyWriter replies = new ReplyWriter(new ObjectMapper());
    private final Queue<RoutingContext> held = new ConcurrentLinkedQueue<>();
    private final int port = FreePorts.next();
    private ConnectionGuard guard;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void headerThatNeverEndsIsAnsweredWith408() throws IOException {
        listen(new Limits(10, 10, SHORT, LONG));

        try (RawConnection client = connect()) {
            client.send("GET /now HTTP/1.1\r\nX-Drip: ");
            await().pollInterval(Duration.ofMillis(20))
                    .until(
                            () -> {
                                client.send("x");
                                return client.hasAnswer();
                            });

            assertRefusal(client.read(), 408);
        }
        assertServed();
    }

    @Test
    void connectionWithoutRequestIsAnsweredWith408() throws IOException {
        listen(new Limits(10, 10, SHORT, LONG));

        try (RawConnection client = connect()) {
            assertRefusal(client.read(), 408);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void idleConnectionIsClosed() throws IOException {
        listen(new Limits(10, 10, LONG, SHORT));

        try (RawConnection client = connect()) {
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void requestThatTakesLongIsNotIdle() throws IOException {
        listen(new Limits(10, 10, SHORT, SHORT));

        try (RawConnection idle = connect();
                RawConnection busy = connect()) {
            busy.send(HELD);
            awaitHeld(1);
            assertThat(idle.read().status()).isEqualTo(408);
            release();

            assertThat(busy.read().status()).isEqualTo(200);
        }
    }

    @Test
    void connectionsBeyondTheLimitAreAnsweredWith503() throws IOException {
        listen(new Limits(2, 10, LONG, LONG));

        try (RawConnection second = connect()) {
            try (RawConnection first = connect()) {
                assertThat(first.send(REQUEST).read().status()).isEqualTo(200);
                assertThat(second.send(REQUEST).read().status()).isEqualTo(200);
                try (RawConnection third = connect()) {
                    assertRefusal(third.read(), 503);
                    assertThat(third.readToEnd()).isEmpty();
                }
                assertThat(second.send(REQUEST).read().status()).isEqualTo(200);
            }
            // The first has left.
            await().until(() -> guard.open() == 1);
            assertServed();
        }
    }

    @Test
    void oneClientDoesNotUseUpWhatAllShare() throws IOException {
        listen(new Limits(10, 1, LONG, LONG));

        try (RawConnection first = connect();
                RawConnection neighbour = new RawConnection("127.0.0.1", port, "127.0.0.2")) {
            assertThat(first.send(REQUEST).read().status()).isEqualTo(200);
            try (RawConnection second = connect()) {
                assertRefusal(second.read(), 503);
            }
            assertThat(neighbour.send(REQUEST).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET /now, 40000, 431", "GET /, 3000, 414"})
    void largeHeaderIsRefused(String start, int size, int status) throws IOException {
        listen(new Limits(10, 10, LONG, LONG));
        String line = status == 414 ? "x".repeat(size) + " HTTP/1.1" : " HTTP/1.1\r\nX-A: ";

        try (RawConnection client = connect()) {
            client.send(start + line + (status == 414 ? "" : "x".repeat(size)) + "\r\n\r\n");

            assertRefusal(client.read(), status);
            assertThat(client.readToEnd()).isEmpty();
        }
        assertServed();
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurn() throws IOException {
        listen(new Limits(10, 10, LONG, LONG));

        try (RawConnection client = connect()) {
            client.send(HELD + REQUEST + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
            awaitHeld(1);
            release();

            assertThat(client.read().body()).isEqualTo("held");
            assertThat(client.read().body()).isEqualTo("now");
            assertThat(client.read().status()).isEqualTo(404);
        }
    }

    @Test
    void endWaitsForTheRequestsThatRun() throws Exception {
        listen(new Limits(10, 10, LONG, LONG));

        try (RawConnection waiting = connect();
                RawConnection busy = connect()) {
            assertThat(waiting.send(REQUEST).read().status()).isEqualTo(200);
            busy.send(HELD);
            awaitHeld(1);
            CompletionStage<Void> end = guard.close();

            assertThat(waiting.readToEnd()).isEmpty();
            assertThat(end.toCompletableFuture()).isNotDone();
            try (RawConnection late = connect()) {
                assertThat(late.readToEnd()).isEmpty();
            }
            release();

            assertThat(busy.read().status()).isEqualTo(200);
            assertThat(busy.readToEnd()).isEmpty();
            assertEnds(end);
        }
    }

    @Test
    void clientThatLeftDoesNotHoldUpTheEnd() throws Exception {
        listen(new Limits(10, 10, LONG, LONG));
        try (RawConnection client = connect()) {
            client.send(HELD);
            awaitHeld(1);
        }
        await().until(() -> guard.open() == 0);

        assertEnds(guard.close());
    }

    @Test
    void clientThatLeavesAfterTheEndBeganDoesNotHoldItUp() throws Exception {
        listen(new Limits(10, 10, LONG, LONG));
        CompletionStage<Void> end;
        try (RawConnection client = connect()) {
            client.send(HELD + HELD);
            awaitHeld(1);
            end = guard.close();
        }

        assertEnds(end);
    }

    private static void assertEnds(CompletionStage<Void> end) throws Exception {
        end.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void assertRefusal(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .matches(
                        "\\{\"message\":\".+\",\"code\":\".+\",\"Code\":\".+\",\"Message\":\".+\"}");
    }

    private void assertServed() throws IOException {
        try (RawConnection client = connect()) {
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
        }
    }

    private RawConnection connect() throws IOException {
        return new RawConnection("127.0.0.1", port);
    }

    private void awaitHeld(int count) {
        await().until(() -> held.size() == count);
    }

    private void release() {
        for (RoutingContext next = held.poll(); next != null; next = held.poll()) {
            next.end("held");
        }
    }

    private void listen(Limits limits) {
        guard = new ConnectionGuard(limits, replies);
        Router router = Router.router(vertx);
        // As Listeners does it.
        router.route()
                .handler(
                        context -> {
                            var connection = context.request().connection();
                            context.addEndHandler(ended -> guard.ended(connection));
                            context.next();
                        });
        router.route("/now").handler(context -> context.end("now"));
        router.route("/held").handler(held::add);
        Listener listener =
                new Listener(
                        vertx,
                        "tests",
                        new BindHost("127.0.0.1"),
                        port,
                        new Gate(Set.of("/now", "/held"), router),
                        replies,
                        guard);
        Future<Void> open = listener.open();
        open.toCompletionStage().toCompletableFuture().join();
        vertx.setPeriodic(20, tick -> guard.sweep());
    }
}
