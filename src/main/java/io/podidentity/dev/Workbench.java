package io.podidentity.dev;

import io.podidentity.token.OwnerOnlyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of the development cluster, in one folder under {@code target}. */
record Workbench(Path folder) {

    static final Workbench INSTANCE = new Workbench(Path.of("target", "dev").toAbsolutePath());

    Path key() {
        return folder.resolve("cluster-key.json");
    }

    OwnerOnlyFile token() {
        return new OwnerOnlyFile(folder.resolve("eks-pod-identity-token"));
    }

    Path associations() {
        return folder.resolve("associations.yaml");
    }

    /** The associations; written once, then the developer's to edit. */
    Path associations(String cluster, SamplePod pod) throws IOException {
        Path file = associations();
        if (Files.notExists(file)) {
            Files.createDirectories(folder);
            Files.writeString(file, sample(cluster, pod));
        }
        return file;
    }

    private static String sample(String cluster, SamplePod pod) {
        return """
            # Which service account may have which role. The next request sees what is saved here;
            # an edit that cannot be read changes nothing, and the agent's log says where it is wrong.
            associations:
              - cluster: %s
                namespace: %s
                serviceAccount: %s
                roleArn: arn:aws:iam::123456789012:role/sample
            """
                .formatted(cluster, pod.namespace(), pod.serviceAccount());
    }
}
