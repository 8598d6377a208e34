package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two packaged agents on the ports of one node, as in a roll-out with surge. */
class UpgradeIT {

    private static final int UPGRADES = 6;

    private final Request request = ContractTable.good().request();
    private EksAuthPeer peer;
    private PackagedAgent.Builder builder;
    private PackagedAgent old;
    private final List<PackagedAgent> started = new ArrayList<>();

    @BeforeEach
    void startOld(@TempDir Path folder) throws IOException {
        peer = EksAuthPeer.start();
        builder =
                PackagedAgent.server()
                        .endpoint(peer.endpoint())
                        .flags("--state-dir", folder.resolve("state").toString());
        old = start().awaitReady();
        assertThat(RawCall.ask("127.0.0.1", old.port(), request).status()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        started.forEach(PackagedAgent::close);
        peer.close();
    }

    private PackagedAgent start() {
        PackagedAgent agent = builder.start();
        started.add(agent);
        return agent;
    }

    /** Each is an upgrade of the one before, and the way back is another. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void upgradesCostNoRequestAndNoCall(boolean outage) {
        if (outage) {
            peer.answer("orders", EksAuthAnswers.error(500, "InternalServerException", "down"));
        }
        int calls = peer.calls("orders").size();
        try (HttpPeer idle = new HttpPeer();
                SteadyLoad machine = SteadyLoad.start(answering(idle), request);
                SteadyLoad load = SteadyLoad.start(old.port(), request)) {
            awaitMore(load);
            for (int i = 0; i < UPGRADES; i++) {
                PackagedAgent before = old;
                PackagedAgent next = start();
                assertWarmBeforeItListens(next);
                next.awaitReady();
                awaitMore(load);

                assertThat(before.stop()).isZero();
                old = next;

                awaitMore(load);
            }
            load.stop();
            machine.stop();
            System.out.println(UPGRADES + " upgrades: " + load + "; a server at rest: " + machine);
            assertThat(load.failures()).isEmpty();
            assertThat(load.late())
                    .satisfiesAnyOf(
                            late -> assertThat(late).isZero(),
                            late ->
                                    assertThat(machine.late())
                                            .as("late on any server")
                                            .isPositive());
            assertThat(peer.calls("orders")).hasSize(calls);
        }
    }

    /** Or Kubernetes would replace the old one by it, whose probes and own it cannot tell apart. */
    @Test
    void newAgentThatCanServeNoPodEndsAndTheOldOneStaysReady() throws IOException {
        try (PackagedAgent broken = builder.bindHosts("192.0.2.1").start()) {
            while (broken.isAlive()) {
                assertThat(status(old.probe("/readyz"))).isEqualTo(200);
            }

            assertThat(broken.exitCode()).isOne();
            assertThat(broken.everything())
                    .contains("Cannot listen for credentials on 192.0.2.1", "so as not to take");
        }
        assertThat(RawCall.ask("127.0.0.1", old.port(), request).status()).isEqualTo(200);
        assertThat(status(old.probe("/readyz"))).isEqualTo(200);
    }

    @Test
    void oldAgentServesAgainAsSoonAsTheNewOneIsKilled() throws Exception {
        try (PackagedAgent killed = builder.start()) {
            killed.awaitLine("Listening for probes");
            await().until(() -> status(killed.probe("/readyz")) == 200);
            ProcessHandle.of(killed.pid()).orElseThrow().destroyForcibly();
            assertThat(killed.exitCode()).isNotZero();
        }

        assertThat(RawCall.ask("127.0.0.1", old.port(), request).status()).isEqualTo(200);
        assertThat(status(old.probe("/readyz"))).isEqualTo(200);
    }

    /** Amazon's agent shares its port with nobody. */
    @Test
    void agentThatWaitsForAnAddressTakesItWarm() throws IOException {
        HttpPeer other = new HttpPeer();
        HttpPeer probes = new HttpPeer();
        try (SteadyLoad load = SteadyLoad.start(other.port(), request)) {
            other.on("GET /v1/credentials", HttpPeer.Answer.of(200, "{}"));
            builder.port(other.port()).probePort(probes.port()).metricsPort(FreePorts.next());
            try (PackagedAgent ours = builder.bindHosts("127.0.0.1").start()) {
                ours.awaitLine("Ready to serve");
                ours.awaitLine("another process listens there");

                other.close();
                probes.close();

                ours.awaitReady();
                awaitMore(load);
                load.stop();
                System.out.println("swap with one that does not share: " + load);
                assertThat(load.failures()).doesNotContain("503");
            }
        } finally {
            other.close();
            probes.close();
        }
    }

    private static int answering(HttpPeer peer) {
        peer.on("GET /v1/credentials", HttpPeer.Answer.of(200, "{}"));
        return peer.port();
    }

    private static void assertWarmBeforeItListens(PackagedAgent agent) {
        agent.awaitLine("Listening for probes");
        List<String> lines = agent.stdout();
        assertThat(first(lines, "Ready to serve"))
                .isLessThan(first(lines, "Listening for credentials"));
    }

    private static int first(List<String> lines, String text) {
        return IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line with " + text));
    }

    private static void awaitMore(SteadyLoad load) {
        int before = load.answered();
        await().until(() -> load.answered() > before + 100);
    }

    private static int status(URI uri) throws IOException {
        try (RawConnection client = new RawConnection("127.0.0.1", uri.getPort())) {
            return client.send("GET " + uri.getPath() + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .read()
                    .status();
        }
    }
}
