package io.podidentity.agent.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What this machine says of addresses that cannot be listened on. */
class BindProblemTest {

    /** A roll-out's new agent waits for the old one's address, however long that stays. */
    @Test
    void addressInUseIsTriedAgainSoonEveryTime() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BindProblem problem = bind("127.0.0.1", other.getLocalPort());

            assertThat(problem.text()).contains("another process");
            assertThat(problem.backoff().after(1)).isEqualTo(Duration.ofMillis(100));
            assertThat(problem.backoff().after(1_000)).isEqualTo(Duration.ofMillis(100));
        }
    }

    @Test
    void addressThatTheNodeDoesNotHaveIsTriedAgainLaterAndLater() throws Exception {
        BindProblem problem = bind("192.0.2.1", 0);

        assertThat(problem.text()).contains("initialize");
        assertThat(problem.backoff().after(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(problem.backoff().after(1_000)).isEqualTo(Duration.ofSeconds(5));
    }

    private static BindProblem bind(String address, int port) throws Exception {
        try (ServerSocketChannel socket = ServerSocketChannel.open()) {
            return BindProblem.of(
                    catchThrowable(() -> socket.bind(new InetSocketAddress(address, port))));
        }
    }
}
