package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that are as they were when somebody last looked at them. */
final class Golden {

    private static final Path KEPT = Path.of("src", "test", "resources", "chart");
    private static final Path ACTUAL = Path.of("target", "chart");

    private Golden() {}

    static void check(String name, String text) throws IOException {
        Path kept = KEPT.resolve(name);
        Path actual = ACTUAL.resolve(name);
        Files.createDirectories(ACTUAL);
        Files.writeString(actual, text);
        assertThat(Files.exists(kept) ? Files.readString(kept) : "")
                .as("look at what changed, and if it is right: cp %s %s", actual, kept)
                .isEqualTo(text);
    }
}
