package io.podidentity.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.BlackHole;
import io.podidentity.harness.FreePorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server on ::1, whose name has addresses of 127.0.0.0/8 too. */
@Timeout(60)
class DialerTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String BLACK_HOLE = "127.0.0.3";
    private static final String REFUSES = "127.0.0.4";

    private ServerSocket server;
    private BlackHole hole;
    private volatile List<String> addresses = List.of();

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(FreePorts.next(), 0, InetAddress.ofLiteral("::1"));
        hole = new BlackHole(BLACK_HOLE, server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        hole.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "::1",
        "::1 127.0.0.3",
        "127.0.0.3 ::1",
        "127.0.0.4 ::1",
        "127.0.0.3 127.0.0.4 ::1",
        "127.0.0.3 127.0.0.3 127.0.0.3 127.0.0.3 ::1",
        "127.0.0.4 127.0.0.4 127.0.0.4 127.0.0.4 127.0.0.3 ::1",
    })
    void addressThatAnswersIsFound(String each) throws IOException {
        try (Socket socket = dialer(LONG, each.split(" ")).connect("eks-auth.test", port())) {
            assertThat(socket.getInetAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
        }
    }

    @Test
    void addressThatAnsweredIsTheFirstNextTime() throws IOException {
        Dialer dialer = dialer(LONG, BLACK_HOLE, "::1");
        dialer.connect("eks-auth.test", port()).close();
        // With another that answers before it, which would win.
        try (ServerSocket other = new ServerSocket(port(), 0, InetAddress.ofLiteral("127.0.0.5"))) {
            addresses = List.of("127.0.0.5", "::1");
            assertThat(other.isBound()).isTrue();

            try (Socket socket = dialer.connect("eks-auth.test", port())) {
                assertThat(socket.getInetAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
            }
        }
    }

    @Test
    void nothingThatAnswersIsGivenUpInTime() {
        Dialer dialer = dialer(Duration.ofMillis(300), BLACK_HOLE, BLACK_HOLE, BLACK_HOLE);

        assertThatThrownBy(() -> dialer.connect("eks-auth.test", port()))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("no address accepts a connection in time");
    }

    /** Or else the kernel tries again, after a second, when the call has long been given up. */
    @Test
    void silentAddressIsTriedAnew() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Dialer dialer = dialer(LONG, BLACK_HOLE);
            Future<Socket> connection = threads.submit(() -> dialer.connect("a.test", port()));

            await().atMost(LONG).until(() -> connecting() == 3);

            hole.close();
            assertThatThrownBy(connection::get).hasRootCauseInstanceOf(ConnectException.class);
            assertThat(connecting()).isZero();
        }
    }

    @Test
    void refusalOfAllIsToldAsOne() {
        assertThatThrownBy(() -> dialer(LONG, REFUSES, "127.0.0.6").connect("a.test", port()))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused");
    }

    /** Sockets that wait for the black hole. */
    private long connecting() throws IOException {
        String to = "0300007F:%04X 02 ".formatted(port());
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp6"))) {
            return lines.filter(line -> line.contains(to)).count();
        }
    }

    private int port() {
        return server.getLocalPort();
    }

    private Dialer dialer(Duration timeout, String... first) {
        addresses = List.of(first);
        DnsCache dns =
                new DnsCache(
                        host ->
                                addresses.stream()
                                        .map(InetAddress::ofLiteral)
                                        .toArray(InetAddress[]::new),
                        // Each time it is asked, hours have passed.
                        Stream.iterate(0L, time -> time + LONG.toNanos() * 1_000).iterator()::next);
        return new Dialer(dns, timeout);
    }
}
