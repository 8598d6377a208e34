package io.podidentity.guard;

import io.netty.channel.EventLoop;
import io.podidentity.schedule.FairQueue;
import java.net.InetAddress;

/**
 * The connections of an event loop that have something to let in, one of each client in turn. A
 * client with many connections waits for itself, not the others for all of them.
 */
final class Turns {

    private final EventLoop loop;
    private final FairQueue<InetAddress, Runnable> waiting = new FairQueue<>();

    Turns(EventLoop loop) {
        this.loop = loop;
    }

    /** To be called on the event loop. */
    void await(InetAddress client, Runnable turn) {
        waiting.add(client, turn);
        if (waiting.size() == 1) {
            loop.execute(this::next);
        }
    }

    private void next() {
        Runnable turn = waiting.poll();
        if (waiting.size() > 0) {
            // A task for each, so that the event loop reads sockets in between.
            loop.execute(this::next);
        }
        if (turn != null) {
            turn.run();
        }
    }
}
