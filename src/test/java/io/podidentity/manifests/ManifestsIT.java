package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is committed is what the build generates. */
class ManifestsIT {

    @Test
    void committedFilesWereUpToDate() throws IOException {
        assertThat(Manifests.RENEWED)
                .as("./mvnw package writes what it had to renew in kubernetes/")
                .exists();
        assertThat(Files.readAllLines(Manifests.RENEWED))
                .as(
                        "files in kubernetes/ that were out of date; ./mvnw package has renewed"
                                + " them: commit them")
                .isEmpty();
    }

    /** Every node pays for what the agent carries. */
    @Test
    void extensionLeavesNoKubernetesClientInTheAgent() throws IOException {
        Path agent = Path.of(System.getProperty("agent.jar")).getParent();
        assumeTrue(Files.exists(agent), "no jars are packaged beside the executable");
        try (Stream<Path> files = Files.walk(agent)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.contains("quarkus-arc"))
                    .noneMatch(name -> name.contains("fabric8") || name.contains("dekorate"));
        }
    }
}
