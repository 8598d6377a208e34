package io.podidentity.guard;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Bounds what the clients of some listeners hold in memory: connections, unfinished requests and
 * answers that are not read, and for how long. {@link Holdings} says who is cut off.
 */
public final class ConnectionGuard {

    /**
     * How much and how long.
     *
     * @param request from a connection or the first byte of a request to its last byte
     * @param idle from an answer to the next request
     * @param unread how long the client may leave answers unread
     */
    record Limits(Budget budget, Duration request, Duration idle, Duration unread) {
        static Limits within(Budget budget) {
            return new Limits(
                    budget, Duration.ofSeconds(10), Duration.ofSeconds(75), Duration.ofSeconds(10));
        }
    }

    private static final long SWEEP_MILLIS = 1_000;

    /**
     * What clients that keep a connection get at the end to ask once more, and be told to leave.
     */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** What a connection holds that does nothing: objects of the socket, of Netty and Vert.x. */
    static final long PLAIN = 8 * 1024;

    /** With an engine of TLS and its buffers for a record each way. */
    private static final long TLS = 48 * 1024;

    private static final AttributeKey<GuardedConnection> CONNECTION =
            AttributeKey.valueOf(ConnectionGuard.class, "connection");

    private final Limits limits;
    private final Function<CutOff, byte[]> bodies;
    private final Holdings holdings;
    private final Map<EventLoop, Turns> turns = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Set<Channel> sockets = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile long graceEnds;

    /**
     * @param bodies what to tell in JSON those that are cut off
     */
    public ConnectionGuard(Vertx vertx, Budget budget, Function<CutOff, byte[]> bodies) {
        this(Limits.within(budget), bodies);
        vertx.setPeriodic(SWEEP_MILLIS, tick -> sweep());
    }

    ConnectionGuard(Limits limits, Function<CutOff, byte[]> bodies) {
        this.limits = limits;
        this.bodies = bodies;
        this.holdings = new Holdings(limits.budget().bytes());
    }

    /**
     * Watches the sockets of a port: each connection from the moment that it is accepted. Vert.x
     * tells of one with TLS only after its handshake, which an attacker never ends.
     */
    public void watch(Vertx vertx, int port, boolean tls) {
        ((VertxInternal) vertx)
                .getAcceptorEventLoopGroup()
                .forEach(
                        executor -> {
                            SingleThreadEventLoop loop = (SingleThreadEventLoop) executor;
                            loop.execute(
                                    () ->
                                            loop.registeredChannelsIterator()
                                                    .forEachRemaining(
                                                            each -> watch(each, port, tls)));
                        });
    }

    private void watch(Channel channel, int port, boolean tls) {
        if (channel instanceof ServerChannel
                && channel.localAddress() instanceof InetSocketAddress own
                && own.getPort() == port
                && channel.pipeline().get(FairAccept.class) == null) {
            sockets.add(channel);
            channel.closeFuture().addListener(closed -> left(channel));
            if (closing) {
                var _ = channel.close();
            }
            channel.pipeline()
                    .addFirst(new FairAccept(child -> accepted(child, tls ? TLS : PLAIN)));
        }
    }

    private void left(Channel socket) {
        sockets.remove(socket);
        settleEnd();
    }

    /** A client connected, and its connection speaks HTTP. */
    public void opened(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        accepted(channel, connection.isSsl() ? TLS : PLAIN)
                .serve(turns.computeIfAbsent(channel.eventLoop(), Turns::new));
    }

    private GuardedConnection accepted(Channel channel, long fixed) {
        GuardedConnection known = channel.attr(CONNECTION).get();
        if (known != null) {
            return known;
        }
        GuardedConnection connection = new GuardedConnection(channel, this, fixed);
        // The acceptor and the event loop may come at once.
        known = channel.attr(CONNECTION).setIfAbsent(connection);
        if (known != null) {
            return known;
        }
        holdings.add(connection, connection.client());
        channel.closeFuture().addListener(closed -> closed(connection));
        // Before it speaks HTTP it is cut off without a word.
        settle(connection, fixed);
        return connection;
    }

    private void closed(GuardedConnection connection) {
        holdings.remove(connection);
        if (connection.leave()) {
            // What the client did not wait for holds nothing up.
            running.decrementAndGet();
        }
        settleEnd();
    }

    /** A request began to be answered. */
    void began() {
        running.incrementAndGet();
    }

    /** A request was answered, or its client left. */
    void ended() {
        running.decrementAndGet();
        settleEnd();
    }

    private void settleEnd() {
        if (closing && sockets.isEmpty() && running.get() == 0 && (open() == 0 || graceIsOver())) {
            idle.complete(null);
        }
    }

    private boolean graceIsOver() {
        return System.nanoTime() - graceEnds >= 0;
    }

    double directWeight() {
        return limits.budget().directWeight();
    }

    /** A connection holds so much now; whoever holds too much is cut off. */
    void settle(GuardedConnection connection, long now) {
        holdings.settle(connection, now).forEach(each -> cut(each, CutOff.TOO_MUCH));
    }

    /** Closes who took too long; to be called about every second. */
    void sweep() {
        long now = System.nanoTime();
        for (GuardedConnection connection : holdings.all()) {
            long stuck = now - connection.since();
            switch (connection.state()) {
                case ANSWERED -> {}
                case IDLE -> {
                    if (stuck > limits.idle().toNanos()) {
                        connection.close();
                    }
                }
                case ARRIVING -> {
                    if (stuck > limits.request().toNanos()) {
                        cut(connection, CutOff.TOO_SLOW);
                    }
                }
                case UNREAD -> {
                    if (stuck > limits.unread().toNanos()) {
                        connection.close();
                    }
                }
            }
            connection.look();
            if (closing && graceIsOver() && !connection.answering()) {
                connection.close();
            }
        }
        settleEnd();
    }

    /**
     * Takes no more connections. A client that has one is answered once more, and told to close it;
     * what asks nothing for a second is closed. Completes when all requests are answered and no
     * watched socket accepts any more.
     */
    public CompletionStage<Void> close() {
        graceEnds = System.nanoTime() + GRACE.toNanos();
        closing = true;
        for (Channel socket : sockets) {
            var _ = socket.close();
        }
        settleEnd();
        return idle;
    }

    /** Whether the process is going away. */
    boolean closing() {
        return closing;
    }

    /** Requests being answered. */
    public int running() {
        return running.get();
    }

    /** Connections held open. */
    public int open() {
        return holdings.count();
    }

    /** What all clients hold. */
    long held() {
        return holdings.held();
    }

    /** Tells a client why, where it can be told, and closes its connection. */
    void cut(GuardedConnection connection, CutOff why) {
        connection.channel().eventLoop().execute(() -> tellAndClose(connection, why));
    }

    private void tellAndClose(GuardedConnection connection, CutOff why) {
        if (connection.canBeTold()) {
            tell(connection.channel(), why);
        }
        // What the socket did not take at once is not waited for.
        connection.close();
    }

    /** Answers although no request has come; only the channel itself allows that. */
    private void tell(Channel channel, CutOff why) {
        byte[] body = bodies.apply(why);
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(why.status()),
                        Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, "close");
        var _ = channel.writeAndFlush(response);
    }
}
