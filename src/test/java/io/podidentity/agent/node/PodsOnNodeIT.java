package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthOnNode;
import io.podidentity.harness.Namespace;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.PodsOnNode;
import io.podidentity.harness.PodsOnNode.Pod;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pods reach the packaged agent at its well-known addresses, on port 80, through the node. */
class PodsOnNodeIT {

    private static final String IPV4 = "169.254.170.23";
    private static final String IPV6 = "[fd00:ec2::23]";
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final PodsOnNode topology = new PodsOnNode();
    private final Namespace node = topology.node();
    private final List<AutoCloseable> running = new ArrayList<>();
    private EksAuthOnNode eksAuth;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Shell.has("curl"), "needs curl");
        eksAuth = EksAuthOnNode.start(node);
        running.add(eksAuth);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : running.reversed()) {
            each.close();
        }
        topology.close();
    }

    @Test
    void bothPodsGetCredentialsOnBothAddresses() {
        initialize();
        agent();

        for (Pod pod : topology.pods()) {
            for (String host : new String[] {IPV4, IPV6}) {
                awaitCredentials(pod, host);
            }
        }
    }

    @Test
    void theAgentSeesThePodsOwnAddresses() {
        initialize();
        PackagedAgent agent = agent();
        for (Pod pod : topology.pods()) {
            awaitCredentials(pod, IPV4);
            awaitCredentials(pod, IPV6);
        }

        for (Pod pod : topology.pods()) {
            assertThat(pod.ask(IPV4, eksAuth.strangersToken())).endsWith(" 404");
            assertThat(agent.awaitLine("\"" + pod.ipv4() + "\"")).contains("No credentials");
            assertThat(pod.ask(IPV6, eksAuth.strangersToken())).endsWith(" 404");
            assertThat(agent.awaitLine("\"" + uncompressed(pod.ipv6()) + "\""))
                    .contains("No credentials");
        }
    }

    @Test
    void servesAgainAfterItWasKilledAndStartedAnew() {
        initialize();
        PackagedAgent agent = agent();
        Pod pod = topology.pods().getFirst();
        awaitCredentials(pod, IPV4);

        Shell.succeed(List.of("kill", "-9", String.valueOf(agent.pid())));
        agent.exitCode();
        assertThat(pod.ask(IPV4, eksAuth.token())).endsWith(" 000");
        agent();

        awaitCredentials(pod, IPV4);
        awaitCredentials(pod, IPV6);
    }

    @Test
    void putsTheLinkBackAndServesOnWhenSomebodyDeletesIt() {
        PackagedAgent agent = agent("--initialize");
        Pod pod = topology.pods().getFirst();
        awaitCredentials(pod, IPV4);
        awaitCredentials(pod, IPV6);

        node.ip("link del pod-id-link0");

        awaitCredentials(pod, IPV4);
        awaitCredentials(pod, IPV6);
        assertThat(agent.isAlive()).isTrue();
        assertThat(node.run("curl", "-s", "http://127.0.0.1:2705/metrics").output())
                .containsPattern("(?m)^pod_identity_agent_link_restored\\S* 1\\.0$");
    }

    @Test
    void servesOnIpv4WhereIpv6IsSwitchedOff() {
        node.run(
                "sysctl",
                "-qw",
                "net.ipv6.conf.all.disable_ipv6=1",
                "net.ipv6.conf.default.disable_ipv6=1");
        PackagedAgent agent = agent("--initialize");

        for (Pod pod : topology.pods()) {
            awaitCredentials(pod, IPV4);
        }

        assertThat(agent.isAlive()).isTrue();
        assertThat(agent.awaitLine("served over IPv4 only")).contains("WARN");
    }

    private void initialize() {
        Shell.Result result = node.agent("initialize");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    private PackagedAgent agent(String... flags) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "server",
                                "--cluster-name",
                                "dev",
                                "--endpoint",
                                eksAuth.endpoint()));
        arguments.addAll(List.of(flags));
        PackagedAgent agent =
                PackagedAgent.command(arguments.toArray(String[]::new))
                        .through(node.command())
                        .start();
        running.add(agent);
        return agent;
    }

    private void awaitCredentials(Pod pod, String host) {
        await("credentials for " + pod.ipv4() + " at " + host)
                .atMost(TIMEOUT)
                .untilAsserted(
                        () ->
                                assertThat(pod.ask(host, eksAuth.token()))
                                        .contains("\"AccessKeyId\"")
                                        .endsWith(" 200"));
    }

    private static String uncompressed(String ipv6) {
        return Prefix.host(ipv6).address().getHostAddress();
    }
}
