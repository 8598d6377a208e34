package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ShutdownTimeoutsTest {

    /** So much is left for the JVM to end, and for a busy node. */
    private static final Duration SPARE = Duration.ofSeconds(5);

    @Test
    void allPartsOfAShutdownTogetherFitIntoWhatKubernetesGrants() throws Exception {
        Duration all = threads();
        for (Field part : ShutdownTimeouts.class.getFields()) {
            all = all.plus((Duration) part.get(null));
        }

        assertThat(all.plus(SPARE)).isLessThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(Files.readString(Path.of("src/main/kubernetes/kubernetes.yml")))
                .contains("terminationGracePeriodSeconds: 30");
    }

    private static Duration threads() throws IOException {
        Properties properties = new Properties();
        try (InputStream file =
                ShutdownTimeoutsTest.class.getResourceAsStream("/application.properties")) {
            properties.load(file);
        }
        return Duration.parse(
                "PT" + properties.getProperty("quarkus.thread-pool.shutdown-timeout"));
    }
}
