package io.podidentity.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.util.concurrent.EventExecutor;
import io.podidentity.guard.ConnectionGuard.Limits;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import io.podidentity.harness.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.PfxOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server against clients that are slow, many, greedy or gone; it answers when told. */
class ConnectionGuardTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String REQUEST = "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String HELD = "GET /held HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String UNFINISHED = "GET /now HTTP/1.1\r\nHost: x\r\nX-A: ";
    private static final String NEIGHBOUR = "127.0.0.2";

    /** Large enough for what an honest test needs. */
    private static final Budget AMPLE = new Budget(64 << 20, 2);

    private static final Budget SMALL = new Budget(2 << 20, 2);

    private final Vertx vertx = Vertx.vertx();
    private final Queue<RoutingContext> held = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<RoutingContext> busy = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<RawConnection> open = new ArrayList<>();
    private int port;
    private ConnectionGuard guard;

    @AfterEach
    void close() throws IOException {
        for (RawConnection each : open) {
            each.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void headerThatNeverEndsIsAnsweredWith408() throws IOException {
        listen(AMPLE, SHORT, LONG);

        try (RawConnection client = connect()) {
            client.send("GET /now HTTP/1.1\r\nX-Drip: ");
            await().pollInterval(Duration.ofMillis(20))
                    .until(
                            () -> {
                                client.send("x");
                                return client.hasAnswer();
                            });

            assertCutOff(client.read(), 408, CutOff.TOO_SLOW);
        }
        assertServed();
    }

    @Test
    void bodyThatNeverEndsIsAnsweredWith408() throws IOException {
        listen(AMPLE, SHORT, LONG);

        try (RawConnection client = connect()) {
            client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");

            assertCutOff(client.read(), 408, CutOff.TOO_SLOW);
        }
    }

    @Test
    void secondRequestThatNeverEndsIsAnsweredWith408() throws IOException {
        listen(AMPLE, SHORT, LONG);

        try (RawConnection client = connect()) {
            assertThat(client.send(REQUEST + UNFINISHED).read().status()).isEqualTo(200);
            assertCutOff(client.read(), 408, CutOff.TOO_SLOW);
        }
    }

    @Test
    void connectionWithoutRequestIsAnsweredWith408() throws IOException {
        listen(AMPLE, SHORT, LONG);

        try (RawConnection client = connect()) {
            assertCutOff(client.read(), 408, CutOff.TOO_SLOW);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void handshakeThatNeverEndsIsCutOff(@TempDir Path folder) throws Exception {
        guard(AMPLE, SHORT, LONG);
        listen(
                new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(
                                new PfxOptions()
                                        .setPath(TestAuthority.in(folder).store().toString())
                                        .setPassword(TestAuthority.PASSWORD)));
        guard.watch(vertx, port, true);

        // The first may be accepted before the port is watched.
        await().untilAsserted(
                        () -> {
                            try (RawConnection client = connect()) {
                                client.send("\u0016\u0003\u0001\u0002");
                                await().during(Duration.ZERO).until(() -> guard.open() > 0);
                                assertThat(client.readToEnd()).isEmpty();
                            }
                        });
        await().until(() -> guard.held() == 0);
    }

    @Test
    void idleConnectionIsClosed() throws IOException {
        listen(AMPLE, LONG, SHORT);

        try (RawConnection client = connect()) {
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void requestThatTakesLongIsNotIdle() throws IOException {
        listen(AMPLE, SHORT, SHORT);

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
    void bodyThatComesInPartsIsReadToItsEnd() throws IOException {
        listen(AMPLE, LONG, LONG);
        String body = "line\n\n".repeat(5_000);

        try (RawConnection client = connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n");
                client.send(body.substring(0, 7_000)).send(body.substring(7_000));
                assertThat(client.read().body()).isEqualTo("30000");
            }
            client.send("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("5\r\n12345\r\n0\r\n\r\n" + REQUEST);
            assertThat(client.read().body()).isEqualTo("5");
            assertThat(client.read().body()).isEqualTo("now");
        }
        await().until(() -> guard.held() == 0);
    }

    @Test
    void idleConnectionsMakeRoomForTheirClientsNext() throws IOException {
        listen(SMALL, LONG, LONG);

        RawConnection first = connect();
        assertThat(first.send(REQUEST).read().status()).isEqualTo(200);
        for (int i = 0; i < 200; i++) {
            assertThat(connect().send(REQUEST).read().status()).isEqualTo(200);
        }

        assertThat(guard.open()).isBetween(100, 150);
        assertThat(first.readToEnd()).isEmpty();
        assertThat(guard.held()).isLessThanOrEqualTo(SMALL.bytes() / 2 + Holdings.POLITE);
    }

    @Test
    void connectionsBeyondTheShareAreAnsweredWith503WhileAllOthersRun() throws IOException {
        listen(SMALL, LONG, LONG);
        RawConnection last = null;
        do {
            last = connect().send(HELD);
            int count = open.size();
            RawConnection sent = last;
            await().until(() -> held.size() == count || sent.hasAnswer());
        } while (!last.hasAnswer() && open.size() < 500);

        assertCutOff(last.read(), 503, CutOff.TOO_MUCH);
        assertThat(last.readToEnd()).isEmpty();
        assertThat(open).hasSizeGreaterThan(50);
        assertServedTo(NEIGHBOUR);
        release();
        assertThat(open.getFirst().read().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void headerOfTooManyLinesIsRefused(int times) throws IOException {
        listen(AMPLE, LONG, LONG);

        try (RawConnection client = connect()) {
            client.send("GET /now HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(100) + "\r\n");
            assertThat(client.read().status()).isEqualTo(200);
            client.send("GET /now HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(100));
            send(client, "a:b\r\n".repeat(50 * times));

            assertCutOff(client.read(), 431, CutOff.TOO_MANY_HEADERS);
        } catch (SocketException e) {
            // What it still sent may have cost it the answer.
            assertThat(times).isGreaterThan(1);
        }
        assertServed();
    }

    @Test
    void unfinishedHeadersAreHeldWithinTheBudgetAndTheOldestGoFirst() throws IOException {
        listen(SMALL, LONG, LONG);
        String much = "x".repeat(30_000);
        for (int i = 0; i < 200; i++) {
            send(connect(), UNFINISHED + much);
        }
        await().until(() -> guard.open() < 100);

        assertThat(guard.held()).isLessThanOrEqualTo(SMALL.bytes());
        assertCutOffOrReset(open.getFirst());
        assertServed();
        assertServedTo(NEIGHBOUR);
    }

    @Test
    void oneByteOfAHeaderIsNotHeldAsTheBufferItCameIn() throws IOException {
        listen(SMALL, LONG, LONG);
        for (int i = 0; i < 50; i++) {
            connect().send("G");
        }
        await().until(() -> guard.open() == 50);

        assertThat(guard.held()).isLessThan(50 * (ConnectionGuard.PLAIN + 1_000));
    }

    @Test
    void clientThatAsksAheadAndNeverReadsIsCutOffAndTheOthersAreServed() throws IOException {
        listen(SMALL, LONG, LONG);
        List<Thread> greedy = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawConnection client = connect();
            greedy.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> flood(client, "GET /large HTTP/1.1\r\n")));
        }
        await().atMost(LONG)
                .until(
                        () -> {
                            assertServedTo(NEIGHBOUR);
                            assertThat(guard.held()).isLessThanOrEqualTo(SMALL.bytes());
                            return greedy.stream().noneMatch(Thread::isAlive);
                        });
        // None of it is read, so all are closed in the end.
        await().until(() -> guard.open() == 0);
    }

    @Test
    void clientThatReadsLateGetsAllItsAnswers() throws IOException {
        listen(AMPLE, LONG, LONG);

        try (RawConnection client = connect()) {
            Thread asking =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < 300; i++) {
                                            send(client, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
                                        }
                                    });
            for (int i = 0; i < 300; i++) {
                assertThat(client.read().body()).hasSize(20_000);
            }
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
            asking.interrupt();
        }
    }

    /** However many addresses an attacker has, each holds no more than another. */
    @Test
    void manyClientsTogetherDoNotLockAnotherOut() throws IOException {
        listen(SMALL, LONG, LONG);
        for (int address = 1; address <= 100; address++) {
            for (int i = 0; i < 2; i++) {
                RawConnection attacker = connect("127.0.1." + address);
                send(attacker, UNFINISHED + "x".repeat(30_000));
            }
        }

        assertServedTo(NEIGHBOUR);
        assertThat(guard.held()).isLessThanOrEqualTo(SMALL.bytes());
    }

    /** What is being answered is cut last; but where it holds all, it is cut. */
    @Test
    void clientThatAsksAheadWhileItIsAnsweredDoesNotLockAnotherOut() throws IOException {
        listen(SMALL, LONG, LONG);
        for (int i = 0; i < 60; i++) {
            connect().send(HELD);
        }
        awaitHeld(60);
        for (RawConnection each : open) {
            send(each, "GET /now HTTP/1.1\r\n" + "a:b\r\n".repeat(1_000));
        }
        await().untilAsserted(() -> assertThat(guard.open()).isLessThan(30));

        assertThat(guard.held()).isLessThanOrEqualTo(SMALL.bytes());
        assertServedTo(NEIGHBOUR);
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurn() throws IOException {
        listen(AMPLE, LONG, LONG);

        try (RawConnection client = connect()) {
            client.send(HELD + REQUEST + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + REQUEST);
            awaitHeld(1);
            release();

            assertThat(client.read().body()).isEqualTo("held");
            assertThat(client.read().body()).isEqualTo("now");
            assertThat(client.read().status()).isEqualTo(404);
            assertThat(client.read().status()).isEqualTo(200);
        }
        await().until(() -> guard.held() == 0);
    }

    @Test
    void whoAsksAheadDoesNotGoFirstWithAllOfIt() throws Exception {
        listen(AMPLE, LONG, LONG);
        RawConnection greedy = connect().send(REQUEST);
        RawConnection other = connect(NEIGHBOUR).send(REQUEST);
        assertThat(List.of(greedy.read(), other.read())).allMatch(answer -> answer.status() == 200);
        connect().send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(busy.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        greedy.send("GET /now?greedy HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50));
        other.send("GET /now?other HTTP/1.1\r\nHost: x\r\n\r\n");

        goOn.countDown();

        assertThat(other.read().status()).isEqualTo(200);
        assertThat(asked.indexOf("other")).isLessThan(10);
    }

    @Test
    void whoHasManyConnectionsDoesNotGoFirstWithAllOfThem() throws Exception {
        listen(AMPLE, LONG, LONG);
        List<RawConnection> greedy = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            greedy.add(connect().send(REQUEST));
            assertThat(greedy.getLast().read().status()).isEqualTo(200);
        }
        RawConnection other = connect(NEIGHBOUR).send(REQUEST);
        assertThat(other.read().status()).isEqualTo(200);
        connect().send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(busy.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        for (RawConnection each : greedy) {
            each.send("GET /now?greedy HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        other.send("GET /now?other HTTP/1.1\r\nHost: x\r\n\r\n");

        goOn.countDown();

        assertThat(other.read().status()).isEqualTo(200);
        assertThat(asked.indexOf("other")).isLessThan(10);
    }

    @Test
    void whatClientsHeldIsFreeWhenTheyHaveGone() throws IOException {
        listen(AMPLE, LONG, LONG);
        try (RawConnection half = connect();
                RawConnection busy = connect();
                RawConnection ahead = connect()) {
            half.send(UNFINISHED);
            busy.send(HELD);
            ahead.send(HELD + REQUEST + REQUEST);
            awaitHeld(2);
            assertThat(guard.held()).isGreaterThan(3 * ConnectionGuard.PLAIN);
        }

        await().until(() -> guard.held() == 0 && guard.running() == 0 && guard.open() == 0);
    }

    @Test
    void endWaitsForTheRequestsThatRun() throws Exception {
        listen(AMPLE, LONG, LONG);

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

            Answer last = busy.read();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(busy.readToEnd()).isEmpty();
            assertEnds(end);
        }
    }

    @Test
    void clientThatLeftDoesNotHoldUpTheEnd() throws Exception {
        listen(AMPLE, LONG, LONG);
        try (RawConnection client = connect()) {
            client.send(HELD);
            awaitHeld(1);
        }
        await().until(() -> guard.open() == 0);

        assertEnds(guard.close());
    }

    @Test
    void clientThatLeavesAfterTheEndBeganDoesNotHoldItUp() throws Exception {
        listen(AMPLE, LONG, LONG);
        CompletionStage<Void> end;
        try (RawConnection client = connect()) {
            client.send(HELD + HELD);
            awaitHeld(1);
            end = guard.close();
        }

        assertEnds(end);
    }

    /** Vert.x takes the event loops away at the end, and what is accepted after it finds none. */
    @Test
    void endWaitsUntilNothingIsAcceptedAnyMore() throws Exception {
        listen(AMPLE, LONG, LONG);
        guard.watch(vertx, port, false);
        CountDownLatch watched = new CountDownLatch(1);
        EventExecutor acceptor = ((VertxInternal) vertx).getAcceptorEventLoopGroup().next();
        var _ =
                acceptor.submit(
                        () -> {
                            watched.countDown();
                            return goOn.await(LONG.toSeconds(), TimeUnit.SECONDS);
                        });
        assertThat(watched.await(10, TimeUnit.SECONDS)).isTrue();

        CompletionStage<Void> end = guard.close();

        assertThat(end.toCompletableFuture()).isNotDone();
        goOn.countDown();
        assertEnds(end);
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }

    private static void assertEnds(CompletionStage<Void> end) throws Exception {
        end.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void assertCutOff(Answer answer, int status, CutOff why) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).isEqualTo("{\"message\":\"" + why + "\"}");
    }

    /** What a client still sends when it is cut off may cost it the answer. */
    private static void assertCutOffOrReset(RawConnection client) throws IOException {
        try {
            assertCutOff(client.read(), 503, CutOff.TOO_MUCH);
        } catch (EOFException | SocketException e) {
            assertThat(e).isNotNull();
        }
    }

    private void assertServed() throws IOException {
        assertServedTo("127.0.0.1");
    }

    private void assertServedTo(String from) throws IOException {
        try (RawConnection client = new RawConnection("127.0.0.1", port, from)) {
            assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
        }
    }

    private static void send(RawConnection client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            // Cut off already.
        }
    }

    /** Sends requests until the connection is cut. */
    private static void flood(RawConnection client, String line) {
        String requests = (line + "Host: x\r\n\r\n").repeat(50);
        try {
            for (int i = 0; i < 10_000; i++) {
                client.send(requests);
            }
        } catch (IOException e) {
            // As is expected.
        }
    }

    private RawConnection connect() throws IOException {
        return connect("127.0.0.1");
    }

    private RawConnection connect(String from) throws IOException {
        RawConnection connection = new RawConnection("127.0.0.1", port, from);
        open.add(connection);
        return connection;
    }

    private void awaitHeld(int count) {
        await().until(() -> held.size() == count);
    }

    private void release() {
        for (RoutingContext next = held.poll(); next != null; next = held.poll()) {
            next.end("held");
        }
    }

    private void listen(Budget budget, Duration request, Duration idle) {
        guard(budget, request, idle);
        listen(new HttpServerOptions());
    }

    /** Keeps the event loop from all else until it may go on. */
    private void keepBusy(RoutingContext context) {
        try {
            busy.add(context);
            assertThat(goOn.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        context.end("busy");
    }

    private void guard(Budget budget, Duration request, Duration idle) {
        guard =
                new ConnectionGuard(
                        new Limits(budget, request, idle, Duration.ofSeconds(1)),
                        why -> ("{\"message\":\"" + why + "\"}").getBytes(UTF_8));
        vertx.setPeriodic(20, tick -> guard.sweep());
    }

    private void listen(HttpServerOptions options) {
        Router router = Router.router(vertx);
        router.route("/now")
                .handler(
                        context -> {
                            if (context.request().query() != null) {
                                asked.add(context.request().query());
                            }
                            context.end("now");
                        });
        router.route("/busy").handler(this::keepBusy);
        router.route("/large").handler(context -> context.end("x".repeat(20_000)));
        router.route("/held").handler(held::add);
        router.route("/body")
                .handler(BodyHandler.create(false))
                .handler(context -> context.end(String.valueOf(context.body().length())));
        HttpServer server =
                vertx.createHttpServer(
                                options.setHost("127.0.0.1")
                                        .setPort(0)
                                        .setMaxHeaderSize(32 * 1024)
                                        .setHttp2ClearTextEnabled(false))
                        .connectionHandler(guard::opened)
                        .requestHandler(router);
        port = server.listen().toCompletionStage().toCompletableFuture().join().actualPort();
    }
}
