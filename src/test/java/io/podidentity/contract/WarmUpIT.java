package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agent asks itself, so that no pod finds it cold. */
class WarmUpIT {

    /** At a load of ten; else it takes 15 s. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final Pattern ENDED =
            Pattern.compile("Warmed up with ([0-9]+) more requests of its own");

    /** A listening socket of 127.0.0.1: its port and inode. */
    private static final Pattern LISTENING =
            Pattern.compile(
                    " *[0-9]+: (?:0{16}FFFF0000)?0100007F:([0-9A-F]{4}) 0+:0{4} 0A( +\\S+){5} +([0-9]+) .*");

    @BeforeAll
    static void onTheJvm() {
        assumeThat(PackagedAgent.executable())
                .as("a native executable, which needs no more than to be ready")
                .isEmpty();
    }

    @Test
    void itsRequestsReachNobodyCountNowhereAndLeaveNothing(@TempDir Path folder) throws Exception {
        TestAuthority authority = TestAuthority.in(folder);
        try (HttpPeer eksAuth = new HttpPeer(authority).answer(EksAuthAnswers.issued());
                PackagedAgent agent =
                        PackagedAgent.server()
                                .endpoint(eksAuth.address())
                                .environment("AWS_CA_BUNDLE", authority.pem().toString())
                                .start()
                                .awaitReady()) {
            int whenReady = eksAuth.connections();

            assertThat(awaitEnd(agent)).isPositive();

            // No second one follows a handshake that failed.
            assertThat(eksAuth.connections() - whenReady).isGreaterThan(1);

            assertThat(agent.everything()).doesNotContain("Issued credentials");
            assertThat(eksAuth.requests())
                    .allSatisfy(request -> assertThat(request.method()).isEqualTo("HEAD"));
            assertThat(agent.get(agent.metrics("/metrics")).body().lines())
                    .noneMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_(http_|cache_state|.*eks_auth_duration|.*entries).* [1-9].*"))
                    .anyMatch(line -> line.startsWith("pod_identity_"));
        }
    }

    /** One that says nothing is left alone; without TLS there is nothing to rehearse. */
    @ParameterizedTest
    @CsvSource({"http, 0, 0", "https, 1, 3"})
    void rehearsesHandshakesOnlyWhereTheyWork(String scheme, int least, int most)
            throws IOException {
        try (ServerSocketChannel silent =
                        ServerSocketChannel.open()
                                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                PackagedAgent agent =
                        PackagedAgent.server()
                                .endpoint(
                                        URI.create(
                                                scheme
                                                        + "://127.0.0.1:"
                                                        + silent.socket().getLocalPort()))
                                .start()
                                .awaitReady()) {
            silent.configureBlocking(false);
            // Those that belong to becoming ready.
            drained(silent);

            awaitEnd(agent);

            // One connects by up to three sockets where nobody has time for them.
            assertThat(drained(silent)).isBetween(least, most);
        }
    }

    private static int drained(ServerSocketChannel server) throws IOException {
        int connections = 0;
        for (var each = server.accept(); each != null; each = server.accept()) {
            each.close();
            connections++;
        }
        return connections;
    }

    /** Its port is on the node's loopback, where others may find it. */
    @Test
    void itsPortServesNobodyElseAndIsClosedAfterwards() throws IOException {
        String pods =
                "GET /v1/credentials HTTP/1.1\r\nHost: 169.254.170.23\r\nAuthorization: "
                        + TestTokens.at(Instant.now().minusSeconds(5)).sign()
                        + "\r\n\r\n";
        try (HttpPeer eksAuth = new HttpPeer().answer(EksAuthAnswers.issued());
                PackagedAgent agent =
                        PackagedAgent.server().endpoint(eksAuth.address()).start().awaitReady()) {
            int port = portOfItsOwn(agent);
            try (RawConnection other = new RawConnection("127.0.0.1", port)) {
                assertThat(other.send(pods).read().status()).isEqualTo(404);
            }

            awaitEnd(agent);

            await().atMost(LIMIT).until(() -> isClosed(port));
        }
    }

    private static int awaitEnd(PackagedAgent agent) {
        return await().atMost(LIMIT)
                .until(
                        () ->
                                agent.stdout().stream()
                                        .map(ENDED::matcher)
                                        .filter(Matcher::find)
                                        .map(found -> Integer.parseInt(found.group(1)))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean isClosed(int port) throws IOException {
        try (RawConnection _ = new RawConnection("127.0.0.1", port)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int portOfItsOwn(PackagedAgent agent) throws IOException {
        Path process = Path.of("/proc", String.valueOf(agent.pid()));
        List<String> sockets = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path each : open) {
                sockets.add(Files.readSymbolicLink(each).toString());
            }
        }
        Set<Integer> known =
                Set.of(agent.port(), agent.probe("/").getPort(), agent.metrics("/").getPort());
        return Stream.of("net/tcp", "net/tcp6")
                .flatMap(table -> lines(process.resolve(table)))
                .map(LISTENING::matcher)
                .filter(Matcher::matches)
                .filter(line -> sockets.contains("socket:[" + line.group(3) + "]"))
                .map(line -> Integer.parseInt(line.group(1), 16))
                .filter(port -> !known.contains(port))
                .findFirst()
                .orElseThrow();
    }
}
