package io.podidentity.agent.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.config.BindHost;
import io.podidentity.guard.Budget;
import io.podidentity.guard.ConnectionGuard;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerTest {

    private static final String REQUEST = "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final int port = FreePorts.next();
    private final Listener listener = listener("127.0.0.1");

    @AfterEach
    void close() throws Exception {
        settle(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({"GET /now, 40000, 431", "GET /, 3000, 414"})
    void largeHeaderIsRefused(String start, int size, int status) throws Exception {
        settle(listener.open());
        String line = status == 414 ? "x".repeat(size) + " HTTP/1.1" : " HTTP/1.1\r\nX-A: ";

        try (RawConnection client = new RawConnection("127.0.0.1", port)) {
            client.send(start + line + (status == 414 ? "" : "x".repeat(size)) + "\r\n\r\n");

            assertRefusal(client.read(), status);
            assertThat(client.readToEnd()).isEmpty();
        }
        assertServed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Host: x\r\nHost: y", "Host: x\r\nAuthorization: a\r\nauthorization: b"})
    void headerThatSaysTwoThingsIsRefused(String headers) throws Exception {
        settle(listener.open());

        try (RawConnection client = new RawConnection("127.0.0.1", port)) {
            assertRefusal(client.send("GET /now HTTP/1.1\r\n" + headers + "\r\n\r\n").read(), 400);
        }
        assertServed();
    }

    /** A node without IPv6 tries every five seconds for as long as it lives. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "192.0.2.1"})
    void failedAttemptsLeaveNothingBehind(String host) throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener failing = listener(host);
            assertThat(attempt(failing)).isTrue();
            int before = closeHooks();

            for (int i = 0; i < 3_000; i++) {
                assertThat(attempt(failing)).isTrue();
            }

            await().untilAsserted(() -> assertThat(closeHooks()).isLessThanOrEqualTo(before));
            assertThat(vertx.deploymentIDs()).isEmpty();
            assertThat(taken.isBound()).isTrue();
        }
    }

    @Test
    void portThatBecomesFreeIsTakenSoon() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            settle(listener.open());
            assertThat(listener.problem()).get().asString().contains("another process");
            assertThat(taken.isBound()).isTrue();
        }
        await().until(() -> listener.problem().isEmpty());
        assertServed();

        settle(listener.close());

        // Free again: the JDK closes a socket when its selector has looked at it once more.
        await().ignoreException(BindException.class)
                .untilAsserted(
                        () ->
                                new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))
                                        .close());
    }

    private boolean attempt(Listener failing) throws Exception {
        return settle(failing.bind().map(false).otherwise(true));
    }

    private int closeHooks() throws ReflectiveOperationException {
        Object future = ((VertxInternal) vertx).closeFuture();
        Field hooks = future.getClass().getDeclaredField("hooks");
        hooks.setAccessible(true);
        synchronized (future) {
            return hooks.get(future) instanceof Map<?, ?> map ? map.size() : 0;
        }
    }

    private static <T> T settle(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void assertRefusal(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .matches(
                        "\\{\"message\":\".+\",\"code\":\".+\",\"Code\":\".+\",\"Message\":\".+\"}");
    }

    private void assertServed() throws IOException {
        try (RawConnection client = new RawConnection("127.0.0.1", port)) {
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
        }
    }

    private Listener listener(String host) {
        ReplyWriter replies = new ReplyWriter();
        Router router = Router.router(vertx);
        router.route("/now").handler(context -> context.end("now"));
        return new Listener(
                vertx,
                "tests",
                new BindHost(host),
                port,
                new Gate(Set.of("/now"), router),
                replies,
                new ConnectionGuard(vertx, Budget.forService(), replies::cutOff),
                false);
    }
}
