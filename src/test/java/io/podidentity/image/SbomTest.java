package io.podidentity.image;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SbomTest {

    @Test
    void missingListOfMavenNamesTheRemedy(@TempDir Path target) {
        Path missing = target.resolve("bom.json");

        assertThatIllegalStateException()
                .isThrownBy(() -> Sbom.read(missing))
                .withMessage(
                        missing
                                + " is missing: package once without -o, Maven makes it only"
                                + " online");
    }
}
