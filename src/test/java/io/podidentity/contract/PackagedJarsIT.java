package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is packaged with the agent is there for a reason. */
class PackagedJarsIT {

    @Test
    void everyJarIsListedWithWhatItIsFor() throws IOException, URISyntaxException {
        Path jars = Path.of(System.getProperty("agent.jar")).resolveSibling("lib/main");
        assumeTrue(Files.exists(jars), "no jars are packaged beside the executable");
        URL list = Objects.requireNonNull(PackagedJarsIT.class.getResource("/packaged-jars.txt"));
        try (Stream<Path> packaged = Files.list(jars);
                Stream<String> listed = Files.lines(Path.of(list.toURI()))) {
            assertThat(packaged.map(PackagedJarsIT::withoutVersion))
                    .containsExactlyInAnyOrderElementsOf(
                            listed.filter(line -> !line.isEmpty() && !line.startsWith("#"))
                                    .toList());
        }
    }

    private static String withoutVersion(Path jar) {
        return jar.getFileName().toString().replaceFirst("-\\d[^/]*\\.jar$", "");
    }
}
