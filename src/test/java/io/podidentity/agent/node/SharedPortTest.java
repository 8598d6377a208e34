package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedPortTest {

    private static final String ROW = " 0: 0100007F:%04X 00000000:0000 %s 0:0 0:0 0 0 0 4711 1 0\n";

    /** A busy node has hundreds of thousands of connections. */
    @Test
    void ofConnectionsNothingIsRead(@TempDir Path self) throws IOException {
        Files.createDirectory(self.resolve("net"));
        Files.writeString(
                self.resolve("net/tcp"),
                "  sl  local_address\n"
                        + ROW.formatted(81, "0A")
                        + ROW.formatted(82, "07")
                        + ROW.formatted(80, "0A")
                        + ROW.formatted(83, "01")
                        + ROW.formatted(84, "0A"));

        SharedPort port = new SharedPort(self);

        assertThat(port.isTaken(80)).isTrue();
        assertThat(port.isTaken(81)).isTrue();
        assertThat(port.isTaken(82)).isFalse();
        assertThat(port.isTaken(83)).isFalse();
        assertThat(port.isTaken(84)).as("beyond the first connection").isFalse();
    }

    @Test
    void portOfItsOwnIsNotTakenOver() throws IOException {
        try (ServerSocketChannel own = ServerSocketChannel.open()) {
            own.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            own.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = ((InetSocketAddress) own.getLocalAddress()).getPort();

            assertThat(SharedPort.ofThisProcess().isTaken(port)).isTrue();
            assertThat(SharedPort.ofThisProcess().takeOver(port)).isZero();
        }
    }
}
