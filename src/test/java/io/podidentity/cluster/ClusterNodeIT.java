package io.podidentity.cluster;

import static java.util.stream.Collectors.joining;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The image, installed on a real node as the README says, serves real pods. */
class ClusterNodeIT {

    private static final Path TAR = Path.of("target/image/pod-identity-agent.tar");
    private static final String IMAGE = "example.com/pod-identity-agent:test";
    private static final String AGENT = "--namespace kube-system daemonset/eks-pod-identity-agent";

    @TempDir static Path folder;

    private static @Nullable Traces before;
    private static @Nullable ClusterNode node;
    private static @Nullable EksAuthOnNode eksAuth;
    private static @Nullable Pod pod;

    @BeforeAll
    @Timeout(value = 45, unit = TimeUnit.MINUTES)
    static void start() throws Exception {
        if (missing().isPresent()) {
            return;
        }
        before = Traces.now();
        node = ClusterNode.start();
        node.load(TAR, IMAGE);
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, node.kubectl("get --raw /openid/v1/jwks"));
        eksAuth = EksAuthOnNode.start(node::command, keys);
        install();
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

    /**
     * With the README's own command, told on its way where this node's EKS Auth is, which is not
     * AWS': told afterwards, it would be another generation of the DaemonSet.
     */
    private static void install() throws IOException {
        String command =
                Readme.command("sed -e s/EKS_CLUSTER_NAME/")
                        .replace("IMAGE", IMAGE)
                        .replace("| kubectl", "| sed -e '" + environment() + "' | kubectl");
        Shell.Result result = node.run(List.of("bash", "-c", command));
        assertThat(result.exit()).as(result.output()).isZero();
        awaitRollout();
    }

    /** An edit that puts it before the variable HOME. */
    private static String environment() {
        return Stream.of(
                        "AGENT_ENDPOINT=" + eksAuth.endpoint(),
                        "AWS_ACCESS_KEY_ID=AKIANODE",
                        "AWS_SECRET_ACCESS_KEY=secretOfTheNode",
                        "AWS_ENDPOINT_URL_STS=http://127.0.0.1:9")
                .map(each -> each.split("=", 2))
                .map(each -> "\\1- name: " + each[0] + "\\n\\1  value: " + each[1] + "\\n")
                .collect(joining("", "s|^\\( *\\)- name: HOME|", "&|"));
    }

    private static void awaitRollout() {
        try {
            node.kubectl("rollout status --timeout=180s " + AGENT);
        } catch (AssertionError e) {
            e.addSuppressed(
                    new AssertionError(node.kubectl("describe pods --namespace kube-system")));
            e.addSuppressed(new AssertionError(node.kubectl("logs --tail=20 " + AGENT)));
            throw e;
        }
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
    }

    static Stream<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("kubernetes"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void apiServerTakesTheManifest(Path manifest) {
        assertThat(node.kubectl("apply --dry-run=server --validate=strict --filename " + manifest))
                .contains("daemonset.apps/")
                .doesNotContain("Warning");
    }

    @Test
    void apiServerRefusesAMisspeltField() throws IOException {
        Path misspelt = folder.resolve("misspelt.yaml");
        Files.writeString(
                misspelt,
                Files.readString(Path.of("kubernetes/agent.yaml"))
                        .replace("hostNetwork:", "hostNetwerk:"));

        Shell.Result result =
                node.run(
                        List.of(
                                "kubectl",
                                "apply",
                                "--dry-run=server",
                                "--validate=strict",
                                "--filename",
                                misspelt.toString()));

        assertThat(result.exit()).isNotZero();
        assertThat(result.output()).contains("unknown field \"spec.template.spec.hostNetwerk\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.170.23", "[fd00:ec2::23]"})
    void podGetsCredentials(String host) {
        assertThat(credentials(host)).contains("\"AccountId\":\"123456789012\"");
    }

    @Test
    void sdkGetsCredentials() {
        Shell.Result result =
                pod.python(
                        "import boto3; c = boto3.Session().get_credentials();"
                                + " print(c.method, c.get_frozen_credentials().access_key)");

        assertThat(result.output()).startsWith("container-role ASIA");
    }

    @Test
    void rolloutReplacesTheAgentUnderLoad() throws IOException {
        String old = agents();
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl("rollout restart " + AGENT);
            awaitRollout();
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out under load: " + outcome);
            assertThat(agents()).isNotEqualTo(old);
            // Two agents share the node for a while; what is refused meanwhile, SDKs ask again.
            assertThat(outcome.failed()).isLessThan(outcome.requests() / 5);
        }
        assertThat(credentials("169.254.170.23")).contains("AccessKeyId");
    }

    @Test
    void rolloutToAnImageThatDoesNotExistLeavesTheOldAgentServing() throws IOException {
        String old = agents();
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl("set image " + AGENT + " *=localhost/nobody/made:this");
            await("a pod that has no image")
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    ofAgents(
                                            "{.items[*].status.initContainerStatuses[*].state.waiting.reason}"),
                            reason -> reason.contains("Image"));
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out of an image that does not exist: " + outcome);
            assertThat(outcome.failed()).isZero();
            assertThat(agents()).contains(old);
        } finally {
            node.kubectl("rollout undo " + AGENT);
            awaitRollout();
        }
    }

    /** Whatever the other DaemonSet has counted up to, no pod of it is taken for one of ours. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void swapWithAmazonsAgentAndBackReplacesEachPod(int generation) throws IOException {
        orphan();
        node.apply(Files.readString(ClusterNode.scripts().resolve("stand-in.yaml")));
        awaitImage("localhost/busybox:1");
        for (int next = 2; next <= generation; next++) {
            node.kubectl("set env " + AGENT + " GENERATION=" + next);
        }
        awaitRollout();

        orphan();
        install();

        awaitImage(IMAGE);
        assertThat(credentials("169.254.170.23")).contains("AccessKeyId");
    }

    /** Deletes the DaemonSet and leaves its pods, as the documents say. */
    private static void orphan() {
        node.kubectl(
                "delete daemonset --namespace kube-system eks-pod-identity-agent --cascade=orphan");
    }

    private static void awaitImage(String image) {
        await("all pods have " + image)
                .atMost(Duration.ofMinutes(2))
                .until(() -> ofAgents("{.items[*].spec.containers[*].image}"), image::equals);
    }

    @Test
    void killedAgentServesAgain() {
        String old = agents();

        assertThat(node.run(List.of("pkill", "-KILL", "-f", "quarkus-run.jar server")).exit())
                .isZero();

        await("credentials after a restart")
                .atMost(Duration.ofMinutes(2))
                .until(() -> credentials("169.254.170.23"), it -> it.contains("AccessKeyId"));
        assertThat(agents()).as("the same pod").isEqualTo(old);
    }

    @Test
    void podThatIsKnownIsServedWhileTheApiServerHangs() {
        String token = pod.sh("cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").output();
        assertThat(credentials("169.254.170.23")).contains("AccessKeyId");

        node.run(List.of("pkill", "-STOP", "kube-apiserver"));
        try {
            Shell.Result answer =
                    node.run(
                            List.of(
                                    "curl",
                                    "--silent",
                                    "--max-time",
                                    "20",
                                    "--header",
                                    "Authorization: " + token,
                                    "http://169.254.170.23/v1/credentials"));
            assertThat(answer.output()).contains("AccessKeyId");
        } finally {
            node.run(List.of("pkill", "-CONT", "kube-apiserver"));
        }
    }

    private static String agents() {
        return ofAgents("{.items[*].metadata.uid}");
    }

    private static String ofAgents(String path) {
        return node.kubectl(
                "get pods --namespace kube-system --selector"
                        + " app.kubernetes.io/name=eks-pod-identity-agent"
                        + " --output jsonpath="
                        + path);
    }

    private static String credentials(String host) {
        return pod.sh(
                        "wget -q -O - --header \"Authorization: $(cat"
                                + " $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)\" http://"
                                + host
                                + "/v1/credentials")
                .output();
    }
}
