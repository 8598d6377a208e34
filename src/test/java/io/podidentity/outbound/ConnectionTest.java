package io.podidentity.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class ConnectionTest {

    private static final int MOST = 32 * 1024;

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** A burst opens 192 of them, in a heap of 64 MB. */
    @Test
    void costsLittleMemory() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
            Connection _ = new Connection(channel.socket(), channel.socket(), null);
            long before = threads.getCurrentThreadAllocatedBytes();

            Connection _ = new Connection(channel.socket(), channel.socket(), null);

            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .isBetween(1L, (long) MOST);
        }
    }
}
