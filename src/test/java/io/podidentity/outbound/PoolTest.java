package io.podidentity.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PoolTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Destination TO = Destination.of(URI.create("http://127.0.0.1:1/"));

    private final AtomicInteger attempts = new AtomicInteger();

    /** One connection hangs and the server takes no other: a processor is not all it has. */
    @Test
    void attemptsThatFailDoNotFollowEachOtherAtOnce() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
            Pool pool = new Pool(onlyOnce(channel.socket()), PATIENCE);
            Connection held = pool.take(TO);

            assertThatThrownBy(() -> pool.take(TO)).isInstanceOf(SocketTimeoutException.class);

            assertThat(attempts).hasValueGreaterThan(1).hasValueLessThan(30);
            held.close();
        }
    }

    /** Its attempt is none of a pool any more that would want another. */
    @Test
    void closedPoolConnectsNoMore() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Pool pool =
                new Pool(
                        connector(
                                () -> {
                                    attempts.incrementAndGet();
                                    await(closed);
                                    throw new ConnectException("refused");
                                }),
                        Duration.ofSeconds(60));
        FutureTask<Connection> waiting = new FutureTask<>(() -> pool.take(TO));
        Thread.ofVirtual().start(waiting);
        Awaitility.await().until(() -> attempts.get() == 1);

        pool.close();
        closed.countDown();

        assertThatThrownBy(waiting::get).hasRootCauseMessage("the client is closed");
        assertThatThrownBy(() -> pool.take(TO)).hasMessage("the client is closed");
        Awaitility.await().during(Duration.ofMillis(300)).until(() -> attempts.get() == 1);
    }

    /** A handshake each is much of what a burst costs. */
    @Test
    void connectionsOfABurstServeTheNextOne() throws IOException {
        try (ServerSocket server =
                new ServerSocket(0, HttpClient.MAX_CONNECTIONS, InetAddress.getLoopbackAddress())) {
            Pool pool =
                    new Pool(
                            connector(
                                    () -> {
                                        attempts.incrementAndGet();
                                        Socket socket =
                                                SocketChannel.open(server.getLocalSocketAddress())
                                                        .socket();
                                        return new Connection(socket, socket, null);
                                    }),
                            PATIENCE);
            for (int burst = 0; burst < 2; burst++) {
                List<Connection> taken = new ArrayList<>();
                for (int i = 0; i < HttpClient.MAX_CONNECTIONS; i++) {
                    taken.add(pool.take(TO));
                }
                taken.forEach(connection -> pool.giveBack(TO, connection));
            }

            assertThat(attempts).hasValue(HttpClient.MAX_CONNECTIONS);
            pool.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connector onlyOnce(Socket socket) {
        return connector(
                () -> {
                    if (attempts.getAndIncrement() == 0) {
                        return new Connection(socket, socket, null);
                    }
                    throw new ConnectException("refused");
                });
    }

    private static Connector connector(Attempt attempt) {
        return new Connector(
                Proxies.NONE, Trust.system(), new Dialer(new DnsCache(), PATIENCE), PATIENCE) {
            @Override
            Connection connect(Destination to) throws IOException {
                return attempt.make();
            }
        };
    }

    private interface Attempt {
        Connection make() throws IOException;
    }
}
