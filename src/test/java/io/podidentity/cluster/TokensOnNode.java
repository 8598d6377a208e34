package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static io.podidentity.cluster.ClusterNodeIT.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tokens that change, and outlive what they are for. */
abstract class TokensOnNode {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String HITS = "pod_identity_agent_cache_requests_total{result=\"hit\"";
    private static final String CALLS = "pod_identity_agent_eks_auth_duration_seconds_count";

    /**
     * Kubelet asks for a new token after four fifths of a token's life, or when it starts: the same
     * in less time.
     */
    @Test
    void tokenThatKubeletHasRenewedIsAHit() {
        String old = pod.token();
        assertThat(agent.ask(old)).contains("AccessKeyId");
        double hits = agent.metric(HITS);
        double calls = agent.metric(CALLS);

        node.restart("kubelet");
        await("another token")
                .atMost(PATIENCE)
                .until(pod::token, token -> token.startsWith("eyJ") && !token.equals(old));

        assertThat(pod.credentials()).contains("AccessKeyId");
        assertThat(agent.metric(HITS)).isEqualTo(hits + 1);
        assertThat(agent.metric(CALLS)).isEqualTo(calls);
    }

    /** Its credentials live on all the same, see "The cache" in operating.md. */
    @Test
    void tokenOfADeletedPodIsAnsweredFromMemory() throws IOException {
        String token = Pod.tokenOfAnother(node, "short-lived");
        assertThat(agent.ask(token)).contains("AccessKeyId");
        double calls = agent.metric(CALLS);

        node.kubectl("delete pod short-lived --namespace shop");

        await("the API server's refusal")
                .atMost(PATIENCE)
                .until(() -> review(token), it -> it.contains("has been invalidated"));
        assertThat(agent.ask(token)).contains("AccessKeyId");
        assertThat(agent.metric(CALLS)).isEqualTo(calls);
    }

    @Test
    void podsThatAreKnownAreServedWithoutEksAuthAndOthersToldWhatIsWrong() throws IOException {
        String unknown =
                node.kubectl(
                        "create token default --namespace shop --audience pods.eks.amazonaws.com");
        assertThat(pod.credentials()).contains("AccessKeyId");
        String rule =
                " OUTPUT --protocol tcp --destination-port "
                        + URI.create(agent.environment().get("AGENT_ENDPOINT")).getPort()
                        + " --jump REJECT --reject-with tcp-reset";

        agent.run("iptables --insert" + rule);
        try {
            assertThat(pod.credentials()).contains("AccessKeyId");
            assertThat(agent.ask(unknown)).contains("ServiceUnavailable").contains("EKS Auth");
        } finally {
            agent.run("iptables --delete" + rule);
        }

        await("EKS Auth's return")
                .atMost(PATIENCE)
                .until(() -> agent.ask(unknown), it -> it.contains("AccessKeyId"));
    }

    @Test
    void drainedNodeKeepsItsAgent() throws IOException {
        String old = agent.pods();
        String token = pod.token();
        String name = node.kubectl("get nodes --output jsonpath={.items[0].metadata.name}");

        node.kubectl("drain " + name + " --ignore-daemonsets --force --delete-emptydir-data");
        try {
            assertThat(node.kubectl("get pods --namespace shop")).doesNotContain("orders");
            assertThat(agent.pods()).isEqualTo(old);
            assertThat(agent.ask(token)).contains("AccessKeyId");
        } finally {
            node.kubectl("uncordon " + name);
            Pod.start(node);
        }
    }

    /** What the API server makes of a token. */
    private static String review(String token) throws IOException {
        return node.create(
                """
                apiVersion: authentication.k8s.io/v1
                kind: TokenReview
                spec: {token: %s, audiences: [pods.eks.amazonaws.com]}
                """
                        .formatted(token),
                "--output jsonpath={.status}");
    }
}
