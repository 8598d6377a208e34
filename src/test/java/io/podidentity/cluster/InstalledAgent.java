package io.podidentity.cluster;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthOnNode;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The agent on a node, where the documents' commands have put it. */
final class InstalledAgent {

    static final String IMAGE = "example.com/pod-identity-agent:test";
    static final String DAEMON_SET = "--namespace kube-system daemonset/eks-pod-identity-agent";

    private static final String PODS =
            "get pods --namespace kube-system --selector"
                    + " app.kubernetes.io/name=eks-pod-identity-agent --output jsonpath=";

    private final ClusterNode node;
    private final EksAuthOnNode eksAuth;

    InstalledAgent(ClusterNode node, EksAuthOnNode eksAuth) {
        this.node = node;
        this.eksAuth = eksAuth;
    }

    /**
     * With the README's own command, told on its way where this node's EKS Auth is, which is not
     * AWS': told afterwards, it would be another generation of the DaemonSet.
     */
    void install() throws IOException {
        run(
                Document.README
                        .command("sed -e s/EKS_CLUSTER_NAME/")
                        .replace("IMAGE", IMAGE)
                        .replace("| kubectl", "| sed -e '" + edit() + "' | kubectl"));
        awaitRollout();
    }

    /** Deletes the DaemonSet and leaves its pods, as the documents say. */
    void orphan() {
        node.kubectl("delete --cascade=orphan " + DAEMON_SET);
    }

    /** What a script says, which must succeed. */
    String run(String script) {
        Shell.Result result = node.run(List.of("bash", "-c", script));
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output();
    }

    /** Where EKS Auth is on this node, and with whose keys to call it. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AGENT_ENDPOINT", eksAuth.endpoint());
        environment.put("AWS_ACCESS_KEY_ID", "AKIANODE");
        environment.put("AWS_SECRET_ACCESS_KEY", "secretOfTheNode");
        environment.put("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
        return environment;
    }

    /** An edit of the manifest that puts it before the variable HOME. */
    private String edit() {
        return environment().entrySet().stream()
                .map(
                        each ->
                                "\\1- name: %s\\n\\1  value: %s\\n"
                                        .formatted(each.getKey(), each.getValue()))
                .collect(joining("", "s|^\\( *\\)- name: HOME|", "&|"));
    }

    /** Until its new pod serves, and the old one is gone. */
    void awaitRollout() {
        try {
            node.kubectl("rollout status --timeout=180s " + DAEMON_SET);
        } catch (AssertionError e) {
            e.addSuppressed(
                    new AssertionError(node.kubectl("describe pods --namespace kube-system")));
            e.addSuppressed(new AssertionError(log()));
            throw e;
        }
        await("one pod").atMost(Duration.ofMinutes(2)).until(this::pods, it -> !it.contains(" "));
    }

    /** The identities of its pods, of which there are two during a roll-out. */
    String pods() {
        return ofPods("{.items[*].metadata.uid}");
    }

    String ofPods(String path) {
        return node.kubectl(PODS + path);
    }

    String log() {
        return node.kubectl("logs --container eks-pod-identity-agent " + DAEMON_SET);
    }

    /** What it tells whoever has this token. */
    String ask(String token) {
        return node.run(
                        List.of(
                                "curl",
                                "--silent",
                                "--max-time",
                                "20",
                                "--header",
                                "Authorization: " + token,
                                "http://169.254.170.23/v1/credentials"))
                .output();
    }

    /** The sum of the series that begin so. */
    double metric(String start) {
        return run("curl --silent --fail http://127.0.0.1:2705/metrics")
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
