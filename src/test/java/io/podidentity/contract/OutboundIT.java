package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.BlackHole;
import io.podidentity.harness.Door;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged agent where EKS Auth's name has many addresses, moves, or is not resolved. */
@Timeout(180)
class OutboundIT {

    private static final String NAME = "eks-auth.test";
    private static final Duration SDK_PATIENCE = Duration.ofSeconds(1);
    private static final String LATE = "has not answered in time";
    private static final int MAX_AGENTS = 3;

    @TempDir Path folder;
    private EksAuthPeer peer;
    private int pods;

    @BeforeEach
    void start() {
        peer = EksAuthPeer.start();
    }

    @AfterEach
    void stop() {
        peer.close();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.3, ::1, false", "::1, 127.0.0.3, true"})
    void firstPodGetsCredentialsOnTheFirstTryWhereOneFamilyDropsPackets(
            String drops, String answers, String sixFirst) throws Exception {
        Answer answer = late();
        // A machine that stood still for a moment is asked again: another agent is as cold.
        while (answer.body().contains(LATE) && pods < MAX_AGENTS) {
            try (Door door = new Door(answers, FreePorts.next(), peer.endpoint().getPort());
                    BlackHole hole = new BlackHole(drops, door.port());
                    PackagedAgent agent =
                            builder(hole.port(), drops, answers)
                                    .jvm("-Djava.net.preferIPv6Addresses=" + sixFirst)
                                    .start()
                                    .awaitReady()) {
                answer = askOnce(agent);
            }
        }

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(peer.calls("pod-" + (pods - 1))).hasSize(1);
    }

    @Test
    void nameThatMovesIsFollowedAndOneThatVanishesIsRemembered() throws Exception {
        Door before = new Door("127.0.0.3", 0, peer.endpoint().getPort());
        try (Door after = new Door("127.0.0.4", before.port(), peer.endpoint().getPort());
                PackagedAgent agent = builder(before.port(), "127.0.0.3").start().awaitReady()) {
            awaitIssued(agent);
            hosts("127.0.0.4");
            before.closeAll();
            awaitIssued(agent);
            assertThat(after.opened()).isPositive();

            // No connection is left over which it might go on without the name.
            hosts();
            after.dropAll();
            awaitIssued(agent);
        }
    }

    private PackagedAgent.Builder builder(int port, String... addresses) throws Exception {
        return PackagedAgent.server()
                .endpoint(URI.create("http://" + NAME + ":" + port))
                .jvm("-Djdk.net.hosts.file=" + hosts(addresses));
    }

    private Path hosts(String... addresses) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (String address : addresses) {
            lines.append(address).append(' ').append(NAME).append('\n');
        }
        Path written = Files.writeString(folder.resolve("hosts.new"), lines);
        return Files.move(written, folder.resolve("hosts"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** A cold agent on a busy machine may tell the first pods to ask again. */
    private void awaitIssued(PackagedAgent agent) {
        // Less than the JVM alone keeps an address.
        await().atMost(Duration.ofSeconds(20)).until(() -> ask(agent) == 200);
    }

    private int ask(PackagedAgent agent) {
        return agent.ask(nextPod()).statusCode();
    }

    /** As an SDK that tries no second time. */
    private Answer askOnce(PackagedAgent agent) throws IOException {
        try (RawConnection sdk = new RawConnection("127.0.0.1", agent.port(), null, SDK_PATIENCE)) {
            return sdk.send(
                            "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                                    + nextPod()
                                    + "\r\n\r\n")
                    .read();
        } catch (SocketTimeoutException e) {
            return late();
        }
    }

    private static Answer late() {
        return new Answer(0, Map.of(), LATE);
    }

    private String nextPod() {
        String name = "pod-" + pods++;
        return TestTokens.of(name).sign();
    }
}
