package io.podidentity.agent.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds what clients can hold open: connections in all and per address, the time to send a header,
 * the time between requests. Vert.x' own idle time-out is no help against a header that drips.
 */
@ApplicationScoped
class ConnectionGuard {

    /**
     * How much is allowed.
     *
     * @param perClient connections of one address
     * @param header from the connection to its first whole header
     * @param idle from an answer to the next whole header
     */
    record Limits(int connections, int perClient, Duration header, Duration idle) {
        static final Limits DEFAULT =
                new Limits(4_096, 512, Duration.ofSeconds(10), Duration.ofSeconds(75));
    }

    private static final class State {
        private final long opened = System.nanoTime();
        private volatile long answered;
        private final AtomicInteger running = new AtomicInteger();
    }

    private final Limits limits;
    private final ReplyWriter replies;
    private final Map<HttpConnection, State> connections = new ConcurrentHashMap<>();
    private final Map<String, Integer> clients = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile boolean closing;

    @Inject
    ConnectionGuard(ReplyWriter replies) {
        this(Limits.DEFAULT, replies);
    }

    ConnectionGuard(Limits limits, ReplyWriter replies) {
        this.limits = limits;
        this.replies = replies;
    }

    /** A client connected. */
    void opened(HttpConnection connection) {
        if (closing) {
            connection.close();
            return;
        }
        String client = connection.remoteAddress().hostAddress();
        if (connections.size() >= limits.connections()
                || clients.getOrDefault(client, 0) >= limits.perClient()) {
            refuse(connection, Reply.tooManyConnections());
            return;
        }
        State state = new State();
        connections.put(connection, state);
        clients.merge(client, 1, Integer::sum);
        connection.closeHandler(
                closed -> {
                    connections.remove(connection);
                    // What the client did not wait for holds nothing up.
                    finished(state.running.getAndSet(0));
                    clients.computeIfPresent(client, (address, open) -> open > 1 ? open - 1 : null);
                });
    }

    /** A request with a whole header arrived. */
    void began(HttpConnection connection) {
        State state = connections.get(connection);
        if (state != null) {
            running.incrementAndGet();
            state.running.incrementAndGet();
        }
    }

    /** A request was answered, or its client left. */
    void ended(HttpConnection connection) {
        State state = connections.get(connection);
        if (state == null) {
            return;
        }
        state.answered = System.nanoTime();
        if (state.running.decrementAndGet() == 0 && closing) {
            connection.close();
        }
        finished(1);
    }

    private void finished(int requests) {
        if (running.addAndGet(-requests) == 0 && closing) {
            idle.complete(null);
        }
    }

    /** Closes who took too long; to be called about every second. */
    void sweep() {
        long now = System.nanoTime();
        connections.forEach(
                (connection, state) -> {
                    if (state.running.get() > 0) {
                        return;
                    }
                    if (state.answered == 0) {
                        if (now - state.opened > limits.header().toNanos()) {
                            refuse(connection, Reply.headerTooLate());
                        }
                    } else if (now - state.answered > limits.idle().toNanos()) {
                        connection.close();
                    }
                });
    }

    /**
     * Takes no more connections and closes those that wait for a request; completes when all
     * requests are answered.
     */
    CompletionStage<Void> close() {
        closing = true;
        connections.forEach(
                (connection, state) -> {
                    if (state.running.get() == 0) {
                        connection.close();
                    }
                });
        if (running.get() == 0) {
            idle.complete(null);
        }
        return idle;
    }

    /** Whether the agent is going away. */
    boolean closing() {
        return closing;
    }

    /** Requests being answered. */
    int running() {
        return running.get();
    }

    /** Connections held open. */
    int open() {
        return connections.size();
    }

    /** Answers although no request has come; only the channel itself allows that. */
    private void refuse(HttpConnection connection, Reply reply) {
        Channel channel = ((ConnectionBase) connection).channel();
        byte[] body = replies.body(reply);
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(reply.status()),
                        Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, "close");
        channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
