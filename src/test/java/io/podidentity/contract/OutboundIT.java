package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.BlackHole;
import io.podidentity.harness.Door;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agent where EKS Auth's name has many addresses, moves, or is not resolved. */
@Timeout(180)
class OutboundIT {

    private static final String NAME = "eks-auth.test";

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

    @Test
    void otherFamilyIsUsedWhereIpv4LeadsNowhere() throws Exception {
        try (Door v6 = new Door("::1", 0, peer.endpoint().getPort());
                BlackHole v4 = new BlackHole("127.0.0.3", v6.port());
                PackagedAgent agent = agent(v4.port(), "127.0.0.3", "::1")) {
            awaitIssued(agent);
        }
    }

    @Test
    void otherFamilyIsUsedWhereIpv6LeadsNowhere() throws Exception {
        try (Door v4 = new Door("127.0.0.3", 0, peer.endpoint().getPort());
                BlackHole v6 = new BlackHole("::1", v4.port());
                PackagedAgent agent = agent(v6.port(), "::1", "127.0.0.3")) {
            awaitIssued(agent);
        }
    }

    @Test
    void nameThatMovesIsFollowedAndOneThatVanishesIsRemembered() throws Exception {
        Door before = new Door("127.0.0.3", 0, peer.endpoint().getPort());
        try (Door after = new Door("127.0.0.4", before.port(), peer.endpoint().getPort());
                PackagedAgent agent = agent(before.port(), "127.0.0.3")) {
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

    private PackagedAgent agent(int port, String... addresses) throws Exception {
        return PackagedAgent.server()
                .endpoint(URI.create("http://" + NAME + ":" + port))
                .jvm("-Djdk.net.hosts.file=" + hosts(addresses))
                .start()
                .awaitReady();
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
        String name = "pod-" + pods++;
        HttpResponse<String> answer = agent.ask(TestTokens.of(name).sign());
        return answer.statusCode();
    }
}
