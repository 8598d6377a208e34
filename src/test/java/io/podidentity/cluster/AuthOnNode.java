package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.LocalStack;
import io.podidentity.harness.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Pod identity on a cluster that is not EKS, with the chart alone: associations are resources, pods
 * are injected, and {@code auth} has its roles from LocalStack's STS.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class AuthOnNode {

    private static final String IMAGE = "example.com/pod-identity-auth:test";
    private static final String AUTH = "--namespace kube-system deployment/pod-identity-auth";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String DRY_RUN =
            """
            kubectl create --dry-run=server --output yaml --filename - <<'END'
            apiVersion: v1
            kind: Pod
            metadata: {name: tried, namespace: team}
            spec:
              serviceAccountName: orders
              containers: [{name: idle, image: none}]
            END
            """;

    private static @Nullable Process sts;
    private static @Nullable Pod pod;

    @BeforeAll
    static void install() throws IOException {
        if (node == null) {
            return;
        }
        sts = LocalStack.startOn(node::command, "10.0.0.1:4566").orElse(null);
        if (sts == null) {
            return;
        }
        node.load(Path.of("target/image/pod-identity-auth.tar"), IMAGE);
        agent.run(
                """
                set -e
                kubectl create secret generic sts --namespace kube-system \\
                  --from-literal=AWS_ACCESS_KEY_ID=test --from-literal=AWS_SECRET_ACCESS_KEY=test
                until curl --silent --fail http://10.0.0.1:4566/_localstack/health; do sleep 1; done
                """);
        agent.run(
                Document.AUTH
                                .command("helm upgrade --install")
                                .strip()
                                .replace("IMAGE", InstalledAgent.IMAGE)
                        // This node has no name server, and its images are not in a registry.
                        + " --take-ownership --set auth.clusterIP=10.96.0.81 --set auth.image="
                        + IMAGE
                        + " --set 'auth.additionalArgs.--sts-endpoint=http://10.0.0.1:4566'");
        node.kubectl("rollout restart " + InstalledAgent.DAEMON_SET);
        node.kubectl("rollout status --timeout=180s " + AUTH);
        agent.awaitRollout();
    }

    @BeforeEach
    void needsSts() {
        assumeTrue(sts != null, "PIA_LOCALSTACK_PYTHON names no Python that has LocalStack");
    }

    @AfterAll
    static void installAsBefore() throws IOException {
        if (node == null || sts == null) {
            return;
        }
        Processes.kill(sts);
        node.kubectl("delete namespace team other --wait=false --ignore-not-found");
        agent.run(
                "helm uninstall eks-pod-identity-agent --namespace kube-system --wait;"
                        + " kubectl delete secret sts --namespace kube-system");
        // Helm keeps it, and with it what it is of.
        assertThat(node.kubectl("get crd podidentityassociations.podidentity.io --output name"))
                .isNotBlank();
        node.kubectl("delete crd podidentityassociations.podidentity.io");
        agent.install();
    }

    @Test
    @Order(1)
    void newPodOfAnAssociationIsInjectedAndIsWhoStsSaysItIs() throws IOException {
        node.apply(
                """
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: team
                  annotations: {podidentity.io/allowed-roles: "arn:aws:iam::000000000000:role/team-*"}
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: orders, namespace: team}
                """);
        node.apply(association("team", "team-orders"));

        pod = Pod.startBare(node, "team");

        assertThat(pod.sh("env").output())
                .contains(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials",
                        "AWS_REGION=eu-west-1");
        await("an SDK with a role")
                .atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(
                                                pod.python(
                                                                "import boto3; print(boto3.client('sts',"
                                                                        + " endpoint_url='http://10.0.0.1:4566')"
                                                                        + ".get_caller_identity()['Arn'])")
                                                        .output())
                                        .matches(
                                                "arn:aws:sts::000000000000:assumed-role/team-orders/"
                                                        + "eks-my-cluster-orders-[0-9a-f-]{36}\n"));
        assertThat(
                        node.kubectl(
                                "get pia --namespace team --output"
                                        + " jsonpath={.items[*].status.conditions[*].reason}"))
                .isEqualTo("Ready");
    }

    @Test
    @Order(2)
    void doctorInAnInjectedPodFindsNothingWrong() throws IOException {
        assertThat(DoctorOnNode.inPod("team", "orders", "Succeeded"))
                .contains("its answer")
                .doesNotContain("FAIL");
    }

    @Test
    @Order(3)
    void changeCountsForTheNextPodAndRemovalToo() throws IOException {
        node.apply(association("team", "team-other"));
        assertIssued("changed");
        assertThat(
                        node.kubectl(
                                "logs --since=1m --prefix --selector"
                                        + " app.kubernetes.io/name=pod-identity-auth --namespace kube-system"))
                .contains("assumed-role/team-other/eks-my-cluster-changed-");

        node.kubectl("delete pia --all --namespace team");
        assertThat(agent.ask(Pod.tokenOfAnother(node, "team", "removed")))
                .contains("ResourceNotFoundException")
                .doesNotContain("AccessKeyId");
        node.apply(association("team", "team-orders"));
    }

    @Test
    @Order(4)
    void roleThatTheNamespaceMayNotHaveIsRefusedToItsAuthorAtOnce() {
        assertThat(
                        node.run(
                                        List.of(
                                                "bash",
                                                "-c",
                                                "kubectl create namespace other; printf '%s' '"
                                                        + association("other", "admin")
                                                        + "' | kubectl apply -f -"))
                                .output())
                .contains("podidentity.io/allowed-roles");
    }

    @Test
    @Order(5)
    void oneReplicaIsEnoughAndARollOutLosesNothing() throws IOException {
        try (Load load = Load.start(node, pod, "169.254.170.23")) {
            node.kubectl(
                    "delete pod --namespace kube-system --grace-period=0 --force "
                            + node.kubectl(
                                    "get pods --namespace kube-system --selector"
                                            + " app.kubernetes.io/name=pod-identity-auth --output"
                                            + " jsonpath={.items[0].metadata.name}"));
            assertIssued("one-replica");
            node.kubectl("rollout restart " + AUTH);
            node.kubectl("rollout status --timeout=180s " + AUTH);
            node.kubectl("rollout restart " + InstalledAgent.DAEMON_SET);
            agent.awaitRollout();
            Load.Outcome outcome = load.stop();

            System.out.println("roll-out of auth and the agent: " + outcome);
            assertThat(outcome.failed()).isZero();
        }
        assertIssued("afterwards");
    }

    /** With the chart's own flags: auth asks it about each token, for credentials that are new. */
    @Test
    @Order(6)
    void podsAreServedOnWhileTheApiServerHangs() throws IOException {
        String known = Pod.tokenOfAnother(node, "team", "known");
        String unknown = Pod.tokenOfAnother(node, "team", "unknown");
        assertThat(agent.ask(known)).contains("AccessKeyId");

        node.run(List.of("pkill", "-STOP", "kube-apiserver"));
        try {
            await("none for a pod that is new")
                    .during(Duration.ofMinutes(1))
                    .atMost(PATIENCE)
                    .until(
                            () -> {
                                assertThat(agent.ask(known)).contains("AccessKeyId");
                                return agent.ask(unknown);
                            },
                            answer -> !answer.contains("AccessKeyId"));
        } finally {
            node.run(List.of("pkill", "-CONT", "kube-apiserver"));
        }
        await("credentials of a pod that waited")
                .atMost(PATIENCE)
                .until(() -> agent.ask(unknown), answer -> answer.contains("AccessKeyId"));
        node.kubectl("rollout status --timeout=180s " + AUTH);
    }

    /** What clusters before 1.36 have instead of the policy. */
    @Test
    @Order(7)
    void webhookInjectsThroughItsService() throws IOException {
        agent.run(
                "helm upgrade eks-pod-identity-agent kubernetes/chart --namespace kube-system"
                        + " --reuse-values --set auth.injection=webhook");
        node.kubectl("rollout status --timeout=180s " + AUTH);
        assertThat(node.kubectl("get mutatingadmissionpolicies --output name"))
                .doesNotContain("pod-identity");

        await("a webhook that the API server trusts")
                .atMost(PATIENCE)
                .until(
                        () -> node.run(List.of("bash", "-c", DRY_RUN)).output(),
                        pod -> pod.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
        assertIssued("by-webhook");
        assertThat(
                        node.kubectl(
                                "get pod by-webhook --namespace team --output"
                                        + " jsonpath={.metadata.labels}"))
                .contains("\"eks.amazonaws.com/pod-identity\":\"enabled\"");
    }

    /** As an SDK does, which asks again where EKS Auth was not quick enough. */
    private static void assertIssued(String newPod) throws IOException {
        String token = Pod.tokenOfAnother(node, "team", newPod);
        await("credentials of " + newPod)
                .atMost(Duration.ofSeconds(30))
                .until(() -> agent.ask(token), answer -> !answer.contains("try again"));
        assertThat(agent.ask(token)).contains("AccessKeyId");
    }

    private static String association(String namespace, String role) {
        return """
        apiVersion: podidentity.io/v1alpha1
        kind: PodIdentityAssociation
        metadata: {name: orders, namespace: %s}
        spec:
          serviceAccount: orders
          roleArn: arn:aws:iam::000000000000:role/%s
        """
                .formatted(namespace, role);
    }
}
