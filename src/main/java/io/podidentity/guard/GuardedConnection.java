package io.podidentity.guard;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection, and what its client makes the JVM hold. Requests go to the application one at a
 * time, and none while answers lie unread: what a client sends ahead waits as the bytes that it is,
 * and beyond a little of that the socket is not read. Its fields belong to its event loop, but for
 * those that are volatile or the guard's.
 */
final class GuardedConnection {

    /** What a connection waits for. */
    enum State {
        /** The application has a whole request, and answers. */
        ANSWERED,
        /** The client may ask again. */
        IDLE,
        /** The client has not sent all of a request. */
        ARRIVING,
        /** The client does not read. */
        UNREAD
    }

    /** What a usual request costs, and how long it takes to arrive. */
    private static final long USUAL = 16 * 1024;

    private static final long A_MOMENT = TimeUnit.SECONDS.toNanos(1);

    /** Enough for a usual request; larger ones take several reads. */
    private static final int READ = 4 * 1024;

    /** Many short lines are what costs most to read; SDKs send less than twenty. */
    private static final int MAX_HEADER_LINES = 128;

    private static final int READ_AHEAD = 2 * READ;
    private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(READ, 4 * READ);

    private final Channel channel;
    private final InetAddress client;
    private final ConnectionGuard guard;
    private final long fixed;
    private volatile State state = State.ARRIVING;
    private volatile long since = System.nanoTime();
    private final AtomicInteger unwritten = new AtomicInteger();
    private long held;

    private final RequestBytes ahead = new RequestBytes();
    private boolean inTurn;
    private boolean feeding;
    private boolean paused;
    private boolean answering;
    private boolean arriving;
    private boolean served;
    private boolean refused;
    private long bodyLeft;
    private long received;
    private long inside;
    private volatile @Nullable ChannelHandlerContext inbound;
    private @Nullable Turns turns;

    GuardedConnection(Channel channel, ConnectionGuard guard, long fixed) {
        this.channel = channel;
        this.client = FairAccept.client(channel);
        this.guard = guard;
        this.fixed = fixed;
    }

    Channel channel() {
        return channel;
    }

    InetAddress client() {
        return client;
    }

    State state() {
        return state;
    }

    /** A request that has just begun to arrive is better than an idle connection, which may end. */
    int badness() {
        return switch (state) {
            case ANSWERED -> 0;
            case ARRIVING -> held < fixed + USUAL && System.nanoTime() - since < A_MOMENT ? 1 : 3;
            case IDLE -> 2;
            case UNREAD -> 4;
        };
    }

    /** Since when it has been in its state. */
    long since() {
        return since;
    }

    /** Whether a request has no answer yet that the socket took. */
    boolean answering() {
        return unwritten.get() > 0;
    }

    long held() {
        return held;
    }

    void held(long now) {
        held = now;
    }

    /** Takes its place in a pipeline that speaks HTTP. */
    void serve(Turns ofItsEventLoop) {
        turns = ofItsEventLoop;
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ));
        channel.config().setWriteBufferWaterMark(UNREAD);
        ChannelPipeline pipeline = channel.pipeline();
        String decoder = pipeline.context(HttpRequestDecoder.class).name();
        pipeline.addBefore(decoder, "bytes", new Bytes());
        pipeline.addBefore(pipeline.lastContext().name(), "messages", new Messages());
        inbound = pipeline.context("bytes");
    }

    /** The connection closed; says whether a request was being answered. */
    boolean leave() {
        ahead.release();
        boolean was = answering;
        answering = false;
        return was;
    }

    /** At once: by way of Vert.x it would wait until all that lies unread is written. */
    void close() {
        ChannelHandlerContext context = inbound;
        var _ = context == null ? channel.close() : context.close();
    }

    /** Whether an answer can be sent now that belongs to no whole request. */
    boolean canBeTold() {
        return inbound != null && state == State.ARRIVING && channel.isWritable();
    }

    /** Has the connection looked after soon: its client may have read what it was sent. */
    void look() {
        if (state == State.UNREAD || paused) {
            channel.eventLoop().execute(this::awaitTurn);
        }
    }

    private long unread() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private void settle() {
        State now =
                !channel.isWritable()
                        ? State.UNREAD
                        : answering && !arriving
                                ? State.ANSWERED
                                : arriving || received > 0 || !served ? State.ARRIVING : State.IDLE;
        if (now != state) {
            since = System.nanoTime();
            state = now;
        }
        guard.settle(this, fixed + received + (long) (unread() * guard.directWeight()));
    }

    private void arrived(ByteBuf bytes) {
        received += RequestBytes.cost(bytes);
        settle();
        if (channel.isActive()) {
            ahead.append(bytes);
        }
        pause();
        if (arriving ? ahead.length() >= bodyLeft : ahead.hasWholeHeader()) {
            awaitTurn();
        } else {
            // Or its client's others would wait for a turn that answers nothing.
            go();
        }
    }

    private void pause() {
        boolean pause = !channel.isWritable() || ahead.length() > READ_AHEAD;
        if (pause != paused) {
            paused = pause;
            channel.config().setAutoRead(!pause);
        }
    }

    private void awaitTurn() {
        if (!inTurn && turns != null) {
            inTurn = true;
            turns.await(client, this::turn);
        }
    }

    private void turn() {
        inTurn = false;
        go();
    }

    /** Lets one request in, or more of it. */
    private void go() {
        ChannelHandlerContext context = inbound;
        if (context == null || feeding) {
            return;
        }
        boolean fed = false;
        feeding = true;
        while (mayFeed() && (arriving || !fed)) {
            feed(context);
            fed = true;
        }
        feeding = false;
        if (fed) {
            context.fireChannelReadComplete();
        }
        if (mayFeed()) {
            // Others go first, however much this one asks ahead.
            awaitTurn();
        }
        pause();
        settle();
    }

    private boolean mayFeed() {
        return !refused && ahead.length() > 0 && channel.isWritable() && (arriving || !answering);
    }

    private void feed(ChannelHandlerContext context) {
        boolean body = arriving;
        ByteBuf next = body ? ahead.takeBody(bodyLeft) : ahead.takeHeader();
        if (!body && ahead.headerLines() > MAX_HEADER_LINES) {
            next.release();
            refused = true;
            guard.cut(this, CutOff.TOO_MANY_HEADERS);
            return;
        }
        inside += RequestBytes.cost(next);
        context.fireChannelRead(next);
        if (!answering && !arriving && (body || ahead.isHeaderWhole())) {
            done();
        }
    }

    /** Nothing of what was let in is held any more. */
    private void done() {
        received = Math.max(0, received - inside);
        inside = 0;
    }

    /** What comes from the socket. */
    private final class Bytes extends ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                arrived(bytes);
            } finally {
                bytes.release();
            }
        }

        @Override
        public void read(ChannelHandlerContext context) {
            // Vert.x resumes what it has paused itself, whatever others paused it for.
            if (paused) {
                channel.config().setAutoRead(false);
            } else {
                context.read();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.fireChannelWritabilityChanged();
            awaitTurn();
        }
    }

    /** Whole requests and answers, between HTTP and the application. */
    private final class Messages extends ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                answering = true;
                arriving = true;
                unwritten.incrementAndGet();
                bodyLeft =
                        request.decoderResult().isFailure()
                                        || HttpUtil.isTransferEncodingChunked(request)
                                ? Long.MAX_VALUE
                                : HttpUtil.getContentLength(request, 0L);
                guard.began();
            }
            if (message instanceof HttpContent content) {
                bodyLeft -= content.content().readableBytes();
            }
            if (message instanceof LastHttpContent) {
                arriving = false;
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            boolean closing = guard.closing();
            if (message instanceof HttpResponse response) {
                if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                    var _ = context.write(message, promise);
                    return;
                }
                if (closing) {
                    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                }
            }
            if (!(message instanceof LastHttpContent) || !answering) {
                var _ = context.write(message, promise);
                return;
            }
            answering = false;
            served = true;
            done();
            ChannelPromise written = promise.unvoid();
            written.addListener(
                    answered -> {
                        unwritten.decrementAndGet();
                        guard.ended();
                        if (closing) {
                            GuardedConnection.this.close();
                        }
                    });
            var _ = context.write(message, written);
            if (!feeding) {
                awaitTurn();
            }
        }
    }
}
