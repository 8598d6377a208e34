package io.podidentity.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.podidentity.schedule.FairQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;

/**
 * Lets the connections that a socket accepts in a few at a time, one of each client in turn. A
 * client that connects faster than the event loops can serve keeps its own connections waiting, and
 * not those of others.
 */
final class FairAccept extends ChannelInboundHandlerAdapter {

    /** How many an event loop is given before it has begun with the first of them. */
    static final int AT_ONCE = 16;

    /** More than these, and the client with most of them loses its oldest. */
    static final int MAX_WAITING = 1_024;

    private final Consumer<Channel> entered;
    private final FairQueue<InetAddress, Channel> waiting = new FairQueue<>();
    private int entering;

    /**
     * @param entered told of each connection as soon as it has its event loop
     */
    FairAccept(Consumer<Channel> entered) {
        this.entered = entered;
    }

    /** A client's address; that of none where it has left already. */
    static InetAddress client(Channel channel) {
        SocketAddress remote = channel.remoteAddress();
        return remote instanceof InetSocketAddress client
                ? client.getAddress()
                : new InetSocketAddress(0).getAddress();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel channel = (Channel) accepted;
        waiting.add(client(channel), channel);
        next(context);
        Channel oldest = waiting.size() > MAX_WAITING ? waiting.pollOfLongest() : null;
        if (oldest != null) {
            close(oldest);
        }
    }

    private void next(ChannelHandlerContext context) {
        // Once it is closed its event loops may be gone.
        while (entering < AT_ONCE && context.channel().isOpen()) {
            // For the newest its client surely waits still.
            Channel channel = waiting.pollNewest();
            if (channel == null) {
                return;
            }
            context.fireChannelRead(channel);
            // Closed where no event loop takes it.
            if (channel.isOpen()) {
                // First, so that whatever fails after it costs no turn for good.
                channel.eventLoop().execute(() -> context.executor().execute(() -> began(context)));
                entering++;
                entered.accept(channel);
            }
        }
    }

    private void began(ChannelHandlerContext context) {
        entering--;
        next(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (Channel left = waiting.poll(); left != null; left = waiting.poll()) {
            close(left);
        }
        context.fireChannelInactive();
    }

    /** Without an event loop it cannot be closed otherwise. */
    private static void close(Channel channel) {
        channel.unsafe().closeForcibly();
    }
}
