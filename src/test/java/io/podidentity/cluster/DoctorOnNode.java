package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static io.podidentity.cluster.ClusterNodeIT.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doctor as the documents say: from the image, in the agent's container and in a pod. */
abstract class DoctorOnNode {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** STS is not here, which only is told; all that counts is well. */
    @Test
    void nodeOnWhichPodsAreServedIsWell() throws IOException {
        Shell.Result doctor = inAgentsContainer();

        assertThat(doctor.output())
                .contains("link", "listener", "EKS Auth", "permission", "running agent")
                .doesNotContain("FAIL");
        assertThat(doctor.exit()).as(doctor.output()).isZero();
    }

    @Test
    void addressThatIsGoneIsNamedWithTheRemedy() throws IOException {
        node.run(List.of("ip", "address", "del", "169.254.170.23/32", "dev", "pod-id-link0"));
        try {
            Shell.Result doctor = inAgentsContainer();

            assertThat(doctor.exit()).as(doctor.output()).isEqualTo(1);
            assertThat(doctor.output()).containsPattern("FAIL +link").contains("initialize");
        } finally {
            node.run(List.of("ip", "address", "add", "169.254.170.23/32", "dev", "pod-id-link0"));
        }
        await("an agent that listens there again")
                .atMost(PATIENCE)
                .until(() -> agent.ask(pod.token()), answer -> answer.contains("AccessKeyId"));
    }

    @Test
    void podThatWasNotInjectedIsToldSo() throws IOException {
        String log = inPod("default", "default", "Failed");

        assertThat(log)
                .containsPattern("FAIL +variables")
                .contains("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    }

    private static Shell.Result inAgentsContainer() throws IOException {
        String command =
                Document.OPERATING
                        .command("kubectl --namespace kube-system exec POD")
                        .strip()
                        .replace("POD", agent.ofPods("{.items[0].metadata.name}"));
        return node.run(List.of("bash", "-c", command));
    }

    /** The log of the Job in examples, once its pod has come to this phase. */
    static String inPod(String namespace, String account, String phase) throws IOException {
        String job =
                Files.readString(Path.of("kubernetes/examples/doctor-pod.yaml"))
                        .replaceAll("(?m)^#.*\n", "")
                        .replace("namespace: default", "namespace: " + namespace)
                        .replace("serviceAccountName: default", "serviceAccountName: " + account)
                        .replace("image: IMAGE", "image: " + InstalledAgent.IMAGE);
        node.apply(job);
        String pods = "--namespace " + namespace + " --selector job-name=pod-identity-doctor";
        await("the doctor's verdict")
                .atMost(PATIENCE)
                .until(() -> phases(pods), now -> now.equals("Failed") || now.equals("Succeeded"));
        String log = node.kubectl("logs " + pods);
        assertThat(phases(pods)).as(log).isEqualTo(phase);
        node.kubectl("delete job pod-identity-doctor --namespace " + namespace);
        return log;
    }

    private static String phases(String pods) {
        return node.kubectl("get pods " + pods + " --output jsonpath={.items[*].status.phase}");
    }
}
