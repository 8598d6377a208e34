package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static io.podidentity.cluster.ClusterNodeIT.pod;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.harness.LocalStack;
import io.podidentity.harness.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Releases of the chart, from installation to end. Between them one is upgraded to all that differs
 * from EKS: start-up taints, and an EKS Auth of the cluster's own, whose STS is LocalStack's.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class HelmOnNode {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String RELEASE = " eks-pod-identity-agent --namespace kube-system ";
    private static final String SELECTED =
            " --selector app.kubernetes.io/name=eks-pod-identity-agent --output name";
    private static final String ACCESS =
            "get clusterroles,clusterrolebindings,validatingadmissionpolicies,"
                    + "validatingadmissionpolicybindings"
                    + SELECTED;

    private static final String HEALTH = "http://10.0.0.1:4566/_localstack/health";
    private static final String OF_EKS_AUTH = "\"AccountId\":\"123456789012\"";
    private static final String TAINT = "podidentity.io/agent-not-ready";
    private static final String OTHER_TAINT = "example.com/other";

    private static @Nullable Process sts;
    private static String name;
    private static @Nullable JsonNode tainted;
    private static @Nullable AgentsToken thief;

    @BeforeAll
    static void prepare() throws IOException {
        if (node == null) {
            return;
        }
        name = node.kubectl("get nodes --output jsonpath={.items[0].metadata.name}");
        node.apply(
                """
                apiVersion: v1
                kind: Node
                metadata: {name: other}
                spec: {taints: [{key: podidentity.io/agent-not-ready, effect: NoSchedule}]}
                """);
        sts = LocalStack.startOn(node::command, "10.0.0.1:4566").orElse(null);
        node.apply(
                Files.readString(ClusterNode.scripts().resolve("auth.yaml"))
                        .replace("IMAGE", InstalledAgent.IMAGE));
    }

    @AfterAll
    static void installAsBefore() throws IOException {
        if (node == null) {
            return;
        }
        if (sts != null) {
            Processes.kill(sts);
        }
        node.kubectl("taint nodes %s %s- %s-".formatted(name, TAINT, OTHER_TAINT));
        node.kubectl("delete node other");
        node.kubectl("delete namespace pod-identity --wait=false");
        agent.run("helm uninstall" + RELEASE + "--ignore-not-found --wait");
        agent.install();
    }

    /** Whose pods are ours and may be of the same generation: then only a restart replaces them. */
    @Test
    @Order(1)
    void takesThePlaceOfWhatKubectlHasInstalled() throws IOException {
        String old = agent.pods();
        agent.orphan();
        assertThat(node.run(List.of("bash", "-c", install())).output())
                .contains("invalid ownership metadata");

        agent.run(install() + " --take-ownership");
        node.kubectl("rollout restart " + InstalledAgent.DAEMON_SET);
        agent.awaitRollout();

        assertThat(agent.pods()).isNotEqualTo(old);
        assertThat(pod.credentials()).contains(OF_EKS_AUTH);
    }

    @Test
    @Order(2)
    void upgradesAndTakesTheStartupTaintOffTheNode() throws IOException {
        node.kubectl("rollout status --timeout=120s --namespace pod-identity deployment/eks-auth");
        taint();

        agent.run(
                "helm upgrade"
                        + RELEASE
                        + "kubernetes/chart --reuse-values --set startupTaint.enabled=true"
                        + offEks()
                        + set(Map.of("AWS_SECRET_ACCESS_KEY", "secretOfTheNode0")));
        agent.awaitRollout();

        assertThat(node.kubectl(ACCESS).lines()).hasSize(4);
        await("a node without the taint")
                .atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(described().at("/spec/taints").findValuesAsText("key"))
                                        .containsExactly(OTHER_TAINT));
    }

    /** Pod, agent, EKS Auth of its own, STS: nobody between them is made up. */
    @Test
    @Order(3)
    void podIsWhoStsSaysItIs() {
        needsSts();

        assertThat(
                        pod.python(
                                        "import boto3; print(boto3.client('sts', 'eu-west-1',"
                                                + " endpoint_url='http://10.0.0.1:4566')"
                                                + ".get_caller_identity()['Arn'])")
                                .output())
                .matches(
                        "arn:aws:sts::000000000000:assumed-role/orders/eks-my-cluster-orders-[0-9a-f-]{36}\n");
    }

    /** No cache of the API server's has the token yet, so that nothing is to be waited for. */
    @Test
    @Order(3)
    void tokenOfADeletedPodIsRefused() throws IOException {
        String token = Pod.tokenOfAnother(node, "gone");
        node.kubectl("delete pod gone --namespace shop");

        assertThat(agent.ask(token))
                .contains("InvalidTokenException")
                .doesNotContain("AccessKeyId");
    }

    @Test
    @Order(3)
    void podWithoutAnAssociationIsToldSo() {
        String token =
                node.kubectl(
                        "create token default --namespace shop --audience pods.eks.amazonaws.com");

        assertThat(agent.ask(token)).contains("ResourceNotFoundException").contains("shop/default");
    }

    @ParameterizedTest
    @Order(4)
    @CsvFileSource(
            files = "src/test/cluster/agents-token.csv",
            delimiter = '|',
            quoteCharacter = '`',
            emptyValue = "",
            nullValues = "")
    void agentsTokenMay(
            String verb, String path, @Nullable String type, @Nullable String body, String outcome)
            throws IOException {
        if (thief == null) {
            taint();
            tainted = described();
            thief = AgentsToken.of(node, agent);
        }

        JsonNode answer =
                thief.ask(
                        verb,
                        path.replace("OWN", name),
                        type,
                        "REMOVAL".equals(body)
                                ? removal(tainted)
                                : String.valueOf(body).replace("OWN", name));

        switch (outcome) {
            case "nothing changes" -> assertThat(essence(answer)).isEqualTo(essence(tainted));
            case "the taint goes" ->
                    assertThat(essence(answer)).isEqualTo(withoutTheTaint(tainted));
            default -> assertThat(answer.path("message").asText()).contains(outcome);
        }
    }

    @Test
    @Order(4)
    void tokenThatIsOfNoPodMayDoNothing() throws IOException {
        String token = node.kubectl("create token eks-pod-identity-agent --namespace kube-system");

        JsonNode answer =
                new AgentsToken(node, token).ask("PATCH", "nodes/" + name, "json-patch+json", "[]");

        assertThat(answer.path("message").asText())
                .contains("an agent may change no node but its own");
    }

    @Test
    @Order(5)
    void rollsBack() {
        agent.run("helm rollback" + RELEASE + "1");
        agent.awaitRollout();

        assertThat(node.kubectl(ACCESS)).doesNotContain("eks-pod-identity-agent");
        assertThat(pod.credentials()).contains(OF_EKS_AUTH);
        assertThat(agent.run("helm history" + RELEASE)).contains("Rollback to 1");
    }

    @Test
    @Order(6)
    void uninstalls() {
        agent.run("helm uninstall" + RELEASE + "--wait");

        await("nothing of it")
                .atMost(PATIENCE)
                .until(
                        () ->
                                node.kubectl(
                                        "get all,serviceaccounts,secrets --namespace kube-system"
                                                + SELECTED),
                        String::isBlank);
        assertThat(node.kubectl(ACCESS)).doesNotContain("eks-pod-identity-agent");
    }

    @Test
    @Order(7)
    void installs() throws IOException {
        agent.run(install());
        agent.awaitRollout();

        assertThat(pod.credentials()).contains(OF_EKS_AUTH);
    }

    /** The document's command, told where this node's EKS Auth is. */
    private static String install() throws IOException {
        return Document.OPERATING
                        .command("helm install")
                        .strip()
                        .replace("IMAGE", InstalledAgent.IMAGE)
                + set(agent.environment());
    }

    /** What the document has for clusters outside of EKS. */
    private static String offEks() throws IOException {
        return Document.OPERATING
                .command("kind load")
                .lines()
                .filter(line -> line.contains("--endpoint"))
                .findFirst()
                .orElseThrow()
                .replace("EKS_AUTH", "10.96.0.80");
    }

    private static void needsSts() {
        assumeTrue(sts != null, "PIA_LOCALSTACK_PYTHON names no Python that has LocalStack");
        await("LocalStack")
                .atMost(PATIENCE)
                .until(() -> node.run(List.of("curl", "--fail", HEALTH)).exit() == 0);
    }

    /** Values on Helm's command line. */
    private static String set(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(each -> " --set-string env." + each.getKey() + "=" + each.getValue())
                .collect(joining());
    }

    /** As an administrator; the agent takes its own off but once. */
    private static void taint() {
        node.kubectl(
                "taint nodes --overwrite %s %s=true:NoSchedule %s=1:PreferNoSchedule"
                        .formatted(name, TAINT, OTHER_TAINT));
    }

    private static JsonNode described() throws IOException {
        return JSON.readTree(node.kubectl("get node --output json " + name));
    }

    /** A patch that removes the agent's taint. */
    private static String removal(JsonNode node) {
        JsonNode taints = node.at("/spec/taints");
        int index = taints.findValuesAsText("key").indexOf(TAINT);
        return "[{\"op\":\"remove\",\"path\":\"/spec/taints/" + index + "\"}]";
    }

    private static JsonNode withoutTheTaint(JsonNode node) {
        JsonNode essence = essence(node);
        ArrayNode taints = (ArrayNode) essence.at("/spec/taints");
        taints.remove(taints.findValuesAsText("key").indexOf(TAINT));
        return essence;
    }

    /** What matters of a node, and nobody changes meanwhile. */
    private static JsonNode essence(JsonNode node) {
        ObjectNode essence = JSON.createObjectNode();
        ObjectNode metadata = node.path("metadata").deepCopy();
        metadata.remove(List.of("managedFields", "resourceVersion"));
        essence.set("metadata", metadata);
        essence.set("spec", node.path("spec").deepCopy());
        essence.set("capacity", node.at("/status/capacity"));
        return essence;
    }
}
