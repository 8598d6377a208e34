package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agent on a node that was born with a taint. */
class NodeTaintIT {

    private static final String KEY = "podidentity.io/agent-not-ready";
    private static final int USAGE = 2;

    @TempDir Path folder;
    private NodeServer cluster;
    private EksAuthPeer peer;

    @BeforeEach
    void node() throws Exception {
        cluster = NodeServer.start(folder);
        cluster.taints("{'key':'" + KEY + "','effect':'NoExecute'}", "{'key':'kept'}");
        peer = EksAuthPeer.start();
    }

    @AfterEach
    void gone() {
        cluster.close();
        peer.close();
    }

    @Test
    void taintStaysUntilPodsAreServed() throws Exception {
        PackagedAgent.Builder builder = agent().bindHosts("127.0.0.1");
        PackagedAgent agent;
        try (ServerSocket other =
                new ServerSocket(builder.port(), 1, InetAddress.getLoopbackAddress())) {
            agent = builder.environment("AGENT_NODE_NAME", NodeServer.NODE).start();
            agent.awaitLine("Cannot listen for credentials on 127.0.0.1");
            assertThat(agent.awaitAnswer(agent.probe("/readyz")).statusCode()).isEqualTo(503);
            assertThat(cluster.taints()).hasSize(2);
            assertThat(other.isClosed()).isFalse();
        }
        try (agent) {
            agent.awaitLine("Removed taint " + KEY + " from node " + NodeServer.NODE);
            assertThat(cluster.taints()).hasSize(1);
            assertThat(agent.get(agent.probe("/readyz")).statusCode()).isEqualTo(200);
            assertThat(agent.stop()).isZero();
        }
    }

    @Test
    void startEndsWithOneLineWhereTheNodeIsNotKnown() {
        try (PackagedAgent agent = agent().start()) {
            assertThat(agent.exitCode()).isEqualTo(USAGE);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .contains("--remove-taint")
                    .contains("AGENT_NODE_NAME");
        }
    }

    @Test
    void startEndsWithOneLineOutsideOfACluster() {
        try (PackagedAgent agent =
                agent().environment("AGENT_NODE_NAME", "a")
                        .without("KUBERNETES_SERVICE_HOST")
                        .start()) {
            assertThat(agent.exitCode()).isEqualTo(USAGE);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .contains("--remove-taint")
                    .contains("no API server");
        }
    }

    private PackagedAgent.Builder agent() {
        return PackagedAgent.server()
                .endpoint(peer.endpoint())
                .flags("--remove-taint", KEY)
                .jvm("-Dagent.service-account-dir=" + cluster.account())
                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .environment(
                        "KUBERNETES_SERVICE_PORT", String.valueOf(cluster.address().getPort()));
    }
}
