package io.podidentity.contract;

import static io.podidentity.harness.EksAuthAnswers.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.BlackHole;
import io.podidentity.harness.EksAuthOnNode;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.Namespace;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command, on a node and in a pod. */
class DoctorIT {

    @TempDir Path folder;

    /** A whole node in a namespace: before the agent is there, with it, and broken again. */
    @Test
    void nodeInOrderEndsWithZero() throws IOException {
        try (Namespace node = Namespace.create();
                EksAuthOnNode eksAuth = EksAuthOnNode.start(node)) {
            List<String> flags = List.of("--cluster-name", "dev", "--endpoint", eksAuth.endpoint());
            PackagedAgent before = inside(node, flags);
            assertThat(before.exitCode()).isEqualTo(1);
            assertThat(before.everything())
                    .containsPattern("FAIL +link +initialize would create")
                    .containsPattern("FAIL +listener 169\\.254\\.170\\.23:80 +nobody answers")
                    .containsPattern("FAIL +running agent +nobody answers");
            assertThat(node.agent("initialize").exit()).isZero();
            try (PackagedAgent agent =
                    PackagedAgent.command(
                                    Stream.concat(Stream.of("server"), flags.stream())
                                            .toArray(String[]::new))
                            .through(node.command())
                            .start()) {
                agent.awaitLine("Ready to serve after");

                PackagedAgent healthy = inside(node, flags);
                assertThat(healthy.exitCode()).as(healthy.everything()).isZero();

                node.ip("address delete 169.254.170.23/32 dev pod-id-link0");
                PackagedAgent broken = inside(node, flags);
                assertThat(broken.exitCode()).isEqualTo(1);
                assertThat(broken.everything())
                        .containsPattern(
                                "FAIL +link +initialize would add address 169\\.254\\.170\\.23/32");
            }
        }
    }

    @Test
    void firewallThatDropsWithoutAWordIsTold() throws IOException {
        assumeTrue(Shell.has("iptables"), "needs iptables");
        Path token = Files.writeString(folder.resolve("token"), TestTokens.of("orders").sign());
        try (Namespace node = Namespace.create();
                EksAuthOnNode eksAuth = EksAuthOnNode.start(node)) {
            assertThat(node.agent("initialize").exit()).isZero();
            drop(node, "--destination", "169.254.170.23");
            PackagedAgent inPod =
                    PackagedAgent.command("doctor", "pod")
                            .through(node.command())
                            .environment(
                                    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                    "http://169.254.170.23/v1/credentials")
                            .environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "" + token)
                            .start();
            assertThat(inPod.exitCode()).isEqualTo(1);
            assertThat(inPod.everything())
                    .containsPattern("FAIL +agent +n")
                    .containsPattern("ok +token file");

            drop(
                    node,
                    "--protocol",
                    "tcp",
                    "--dport",
                    "" + URI.create(eksAuth.endpoint()).getPort());
            PackagedAgent onNode =
                    inside(
                            node,
                            List.of("--cluster-name", "dev", "--endpoint", eksAuth.endpoint()));
            assertThat(onNode.exitCode()).isEqualTo(1);
            assertThat(onNode.everything()).containsPattern("FAIL +EKS Auth");
        }
    }

    private static void drop(Namespace node, String... what) {
        Shell.Result added =
                node.run(
                        Stream.of(
                                        Stream.of("iptables", "--append", "OUTPUT"),
                                        Stream.of(what),
                                        Stream.of("--jump", "DROP"))
                                .flatMap(each -> each)
                                .toArray(String[]::new));
        assertThat(added.exit()).as(added.output()).isZero();
    }

    private static PackagedAgent inside(Namespace node, List<String> flags) {
        return PackagedAgent.command(
                        Stream.concat(Stream.of("doctor"), flags.stream()).toArray(String[]::new))
                .through(node.command())
                .start();
    }

    @Test
    void agentInOrderPassesAllButTheLinkAndShowsNoSecret() throws IOException {
        String token = TestTokens.of("orders").sign();
        try (EksAuthPeer eksAuth = EksAuthPeer.start();
                PackagedAgent agent =
                        PackagedAgent.server().endpoint(eksAuth.endpoint()).start().awaitReady()) {
            assertThat(agent.askAgain(token).statusCode()).isEqualTo(200);

            Map<String, JsonNode> node =
                    json(onNode(agent, eksAuth.endpoint(), "--output", "json"));

            assertThat(failed(node)).isSubsetOf("link");
            assertThat(node.get("permission").get("result").asText()).isEqualTo("ok");
            assertThat(node.get("signing credentials").get("seen").asText())
                    .isEqualTo("the keys of AWS_ACCESS_KEY_ID, key ending in NODE");
            assertThat(node.get("its figures").get("seen").asText()).contains("cache entries 1");

            Path file = Files.writeString(folder.resolve("token"), token);
            PackagedAgent pod =
                    PackagedAgent.command("doctor", "pod")
                            .without("AWS_ACCESS_KEY_ID")
                            .without("AWS_SECRET_ACCESS_KEY")
                            .without("AWS_SESSION_TOKEN")
                            .environment("HOME", folder.toString())
                            .environment(
                                    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                    agent.credentials("127.0.0.1").toString())
                            .environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.toString())
                            .start();
            assertThat(pod.exitCode()).as(pod.everything()).isZero();
            assertThat(pod.everything())
                    .containsPattern("ok +token file +of shop/orders, pod orders-0")
                    .containsPattern("ok +its answer +key ending in ")
                    .doesNotContain(token.substring(token.lastIndexOf('.') + 1))
                    .doesNotContain(
                            agent.ask(token).body().replaceAll("(?s).*\"Token\":\"|\".*", ""));
        }
    }

    @Test
    void roleWithoutThePermissionFailsWithTheRemedy() throws IOException {
        try (HttpPeer eksAuth =
                new HttpPeer().answer(error(400, "AccessDeniedException", "not authorized"))) {
            PackagedAgent doctor = node(eksAuth.address()).start();
            assertThat(doctor.exitCode()).isEqualTo(1);
            assertThat(doctor.everything())
                    .containsPattern("FAIL +permission +.*AccessDeniedException")
                    .contains("-> allow the node's role eks-auth:AssumeRoleForPodIdentity");
            assertThat(doctor.everything())
                    .doesNotContain(PackagedAgent.SIGNING_SECRET)
                    .doesNotContain(PackagedAgent.SIGNING_SESSION);
        }
    }

    /** The harness waits for forty seconds, of which a busy machine may need some. */
    @Test
    void endsWhateverHangs() throws IOException {
        try (BlackHole nowhere = new BlackHole("127.0.0.1", 0)) {
            PackagedAgent doctor = node(URI.create("http://127.0.0.1:" + nowhere.port())).start();
            assertThat(doctor.exitCode()).isEqualTo(1);
            assertThat(doctor.everything())
                    .containsPattern(
                            "FAIL +EKS Auth +(127\\.0\\.0\\.1: no connection|no answer within)");
        }
        try (HttpPeer silent = new HttpPeer().answer(HttpPeer.Answer.silence())) {
            PackagedAgent doctor = node(silent.address()).start();
            assertThat(doctor.exitCode()).isEqualTo(1);
            assertThat(doctor.everything()).containsPattern("FAIL +permission");
        }
    }

    @Test
    void wrongFlagIsAUsageError() {
        assertThat(PackagedAgent.command("doctor", "--port", "http").start().exitCode())
                .isEqualTo(2);
    }

    private static PackagedAgent.Builder node(URI eksAuth) {
        return PackagedAgent.command(
                "doctor", "--cluster-name", "dev", "--endpoint", eksAuth.toString());
    }

    private static PackagedAgent onNode(PackagedAgent agent, URI eksAuth, String... more) {
        List<String> line =
                new ArrayList<>(
                        List.of("doctor", "--cluster-name", "dev", "--endpoint", "" + eksAuth));
        line.addAll(List.of("--port", "" + agent.port(), "--bind-hosts", "127.0.0.1,[::1]"));
        line.addAll(List.of("--probe-port", "" + agent.probe("/").getPort()));
        line.addAll(List.of("--metrics-port", "" + agent.metrics("/").getPort()));
        line.addAll(List.of(more));
        return PackagedAgent.command(line.toArray(String[]::new)).start();
    }

    private static Map<String, JsonNode> json(PackagedAgent doctor) throws IOException {
        doctor.exitCode();
        Map<String, JsonNode> checks = new HashMap<>();
        for (JsonNode check : new ObjectMapper().readTree(String.join("\n", doctor.stdout()))) {
            checks.put(check.get("check").asText(), check);
        }
        assertThat(doctor.everything())
                .doesNotContain(PackagedAgent.SIGNING_SECRET)
                .doesNotContain(PackagedAgent.SIGNING_SESSION);
        return checks;
    }

    private static List<String> failed(Map<String, JsonNode> checks) {
        return checks.entrySet().stream()
                .filter(each -> each.getValue().get("result").asText().equals("FAIL"))
                .map(Map.Entry::getKey)
                .toList();
    }
}
