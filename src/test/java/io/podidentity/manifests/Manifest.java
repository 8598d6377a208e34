package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The generated manifest that users apply. */
public final class Manifest {

    private Manifest() {}

    /** The agent's pod, for a cluster of this name in a region. */
    public static PodSpec agent(String cluster, String region) throws IOException {
        String text =
                Files.readString(Path.of("kubernetes/agent.yaml"))
                        .replace("EKS_CLUSTER_NAME", cluster)
                        .replace("AWS_REGION_NAME", region);
        return Typed.all(DaemonSet.class, Typed.read(text))
                .getFirst()
                .getSpec()
                .getTemplate()
                .getSpec();
    }
}
