package io.podidentity.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthOnNode;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image, installed on a real node as the README says, serves real pods. */
class ClusterNodeIT {

    private static final Path TAR = Path.of("target/image/pod-identity-agent.tar");

    @TempDir static Path folder;

    private static @Nullable Traces before;
    static @Nullable ClusterNode node;
    static @Nullable EksAuthOnNode eksAuth;
    static @Nullable InstalledAgent agent;
    static @Nullable Pod pod;

    @BeforeAll
    @Timeout(value = 45, unit = TimeUnit.MINUTES)
    static void start() throws Exception {
        if (missing().isPresent()) {
            return;
        }
        before = Traces.now();
        node = ClusterNode.start();
        node.load(TAR, InstalledAgent.IMAGE);
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, node.kubectl("get --raw /openid/v1/jwks"));
        eksAuth = EksAuthOnNode.start(node::command, keys);
        agent = new InstalledAgent(node, eksAuth);
        agent.install();
        pod = Pod.start(node);
    }

    private static Optional<String> missing() {
        return Files.exists(TAR)
                ? ClusterNode.missing()
                : Optional.of("the image: ./mvnw -Pimage package");
    }

    /** Not before all: a class that is skipped so is in no report. */
    @BeforeEach
    void needsANode() {
        assumeTrue(node != null, () -> "needs " + missing().orElseThrow());
    }

    @AfterAll
    static void stop() throws Exception {
        if (eksAuth != null) {
            eksAuth.close();
        }
        if (node != null) {
            var namespaces = node.namespaces();
            node.close();
            assertThat(Traces.now()).isEqualTo(before);
            assertThat(Traces.namespaces()).doesNotContainAnyElementsOf(namespaces);
        }
    }

    @Nested
    class Manifests extends ManifestsOnNode {}

    @Nested
    class PodSecurity extends PodSecurityOnNode {}

    @Nested
    class Tokens extends TokensOnNode {}

    @Nested
    class Doctor extends DoctorOnNode {}

    @Nested
    class Helm extends HelmOnNode {}

    @Nested
    class Auth extends AuthOnNode {}

    @Test
    void nodeIsOfTheVersionThatItsModulesName() throws IOException {
        Matcher version =
                Pattern.compile("k8s.io/kubernetes (v\\S+)")
                        .matcher(
                                Files.readString(
                                        ClusterNode.scripts().resolve("kubernetes/go.mod")));
        assertThat(version.find()).isTrue();

        assertThat(
                        node.kubectl(
                                "get nodes --output jsonpath={.items[*].status.nodeInfo.kubeletVersion}"))
                .isEqualTo(version.group(1));
        assertThat(node.kubectl("version")).contains("Server Version: " + version.group(1));
        assertThat(Document.OPERATING.text())
                .contains(
                        "on a node of Kubernetes "
                                + version.group(1).replaceFirst("v(\\d+\\.\\d+)\\..*", "$1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.170.23", "[fd00:ec2::23]"})
    void podGetsCredentials(String host) {
        assertThat(pod.credentials(host)).contains("\"AccountId\":\"123456789012\"");
    }

    @Test
    void sdkForPythonGetsCredentials() {
        Shell.Result result =
                pod.python(
                        "import boto3; c = boto3.Session().get_credentials();"
                                + " print(c.method, c.get_frozen_credentials().access_key)");

        assertThat(result.output()).startsWith("container-role ASIA");
    }

    @Test
    void sdkForJavaGetsCredentials() {
        Shell.Result result = pod.java("io.podidentity.contract.JavaSdkClient");

        assertThat(result.output()).contains("OK ASIA");
    }

    @Test
    void rolloutReplacesTheAgentUnderLoad() throws IOException {
        String old = agent.pods();
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl("rollout restart " + InstalledAgent.DAEMON_SET);
            agent.awaitRollout();
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out under load: " + outcome);
            assertThat(agent.pods()).isNotEqualTo(old);
            assertThat(outcome.failed()).isZero();
        }
        assertThat(pod.credentials()).contains("AccessKeyId");
    }

    /** Whoever answers its first probe: it must not count as ready. */
    @Test
    void rolloutToAnAgentThatServesNoPodLeavesTheOldAgentServing() throws IOException {
        String old = agent.pods();
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl(
                    "patch "
                            + InstalledAgent.DAEMON_SET
                            + " --type json --patch [{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\","
                            + "\"value\":\"--bind-hosts=192.0.2.1\"}]");
            await("a pod that is not ready")
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () -> agent.ofPods("{.items[*].status.containerStatuses[*].ready}"),
                            ready -> ready.contains("true") && ready.contains("false"));
            await("an agent that ended by itself, rather than answer the other's probes")
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    agent.ofPods(
                                            "{.items[*].status.containerStatuses[*].lastState.terminated.exitCode}"),
                            codes -> List.of(codes.strip().split("\\s+")).contains("1"));
            await("the time after which a ready one would replace the old")
                    .during(Duration.ofSeconds(15))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> agent.pods().contains(old));
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out of an agent that serves no pod: " + outcome);
            assertThat(outcome.failed()).isZero();
        } finally {
            node.kubectl("rollout undo " + InstalledAgent.DAEMON_SET);
            agent.awaitRollout();
        }
    }

    @Test
    void rolloutToAnImageThatDoesNotExistLeavesTheOldAgentServing() throws IOException {
        String old = agent.pods();
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl(
                    "set image " + InstalledAgent.DAEMON_SET + " *=localhost/nobody/made:this");
            await("a pod that has no image")
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    agent.ofPods(
                                            "{.items[*].status.initContainerStatuses[*].state.waiting.reason}"),
                            reason -> reason.contains("Image"));
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out of an image that does not exist: " + outcome);
            assertThat(outcome.failed()).isZero();
            assertThat(agent.pods()).contains(old);
        } finally {
            node.kubectl("rollout undo " + InstalledAgent.DAEMON_SET);
            agent.awaitRollout();
        }
    }

    /** Whatever the other DaemonSet has counted up to, no pod of it is taken for one of ours. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void swapWithAmazonsAgentAndBackReplacesEachPod(int generation) throws IOException {
        agent.orphan();
        node.apply(Files.readString(ClusterNode.scripts().resolve("stand-in.yaml")));
        awaitImage("localhost/busybox:1");
        for (int next = 2; next <= generation; next++) {
            node.kubectl("set env " + InstalledAgent.DAEMON_SET + " GENERATION=" + next);
        }
        agent.awaitRollout();

        agent.orphan();
        agent.install();

        awaitImage(InstalledAgent.IMAGE);
        assertThat(pod.credentials()).contains("AccessKeyId");
    }

    private static void awaitImage(String image) {
        await("all pods have " + image)
                .atMost(Duration.ofMinutes(2))
                .until(() -> agent.ofPods("{.items[*].spec.containers[*].image}"), image::equals);
    }

    @Test
    void killedAgentServesAgain() {
        String old = agent.pods();

        assertThat(node.run(List.of("pkill", "-KILL", "-f", "quarkus-run.jar server")).exit())
                .isZero();

        await("credentials after a restart")
                .atMost(Duration.ofMinutes(2))
                .until(() -> pod.credentials(), it -> it.contains("AccessKeyId"));
        assertThat(agent.pods()).as("the same pod").isEqualTo(old);
    }

    /** Of the request in its manifest, which is what the scheduler keeps free for it. */
    @Test
    void memoryIsLessThanTheAgentAsksFor() throws IOException {
        assertThat(pod.credentials()).contains("AccessKeyId");

        ContainerFigures figures = ContainerFigures.of(agent);

        System.out.println("the agent's container, memory in MiB: " + figures);
        assertThat(figures.workingSet()).isBetween(1L, 96L);
    }

    @Test
    void podThatIsKnownIsServedWhileTheApiServerHangs() {
        String token = pod.token();
        assertThat(pod.credentials()).contains("AccessKeyId");

        node.run(List.of("pkill", "-STOP", "kube-apiserver"));
        try {
            assertThat(agent.ask(token)).contains("AccessKeyId");
        } finally {
            node.run(List.of("pkill", "-CONT", "kube-apiserver"));
        }
    }
}
