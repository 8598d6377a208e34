package io.podidentity.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/** Tells of each connection that a listening socket accepts, long before it speaks HTTP. */
@ChannelHandler.Sharable
final class Accepted extends ChannelInboundHandlerAdapter {

    private final Consumer<Channel> told;

    Accepted(Consumer<Channel> told) {
        this.told = told;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        // Without the event loop that it is given there, it could not even be closed.
        context.fireChannelRead(accepted);
        told.accept((Channel) accepted);
    }
}
