package io.podidentity.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.harness.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

class RotatingCredentialsTest {

    @TempDir Path folder;
    private Path file;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-21T22:00:00Z"));
    private final AwsCredentialsProvider credentials =
            RotatingCredentials.origin(Settings.NO_STS, clock).get().orElseThrow().provider();

    @BeforeEach
    void pointTheSdkToTheFile() throws IOException {
        file = folder.resolve("credentials");
        System.setProperty("aws.sharedCredentialsFile", file.toString());
        System.setProperty("aws.configFile", folder.resolve("config").toString());
        write("ONE");
    }

    @AfterEach
    void restore() {
        System.clearProperty("aws.sharedCredentialsFile");
        System.clearProperty("aws.configFile");
    }

    @Test
    void readsTheFileAnewAfterAMinuteAndNotBefore() throws IOException {
        assertThat(key()).isEqualTo("ONE");
        write("TWO");
        clock.advance(Duration.ofSeconds(59));
        assertThat(key()).isEqualTo("ONE");
        clock.advance(Duration.ofSeconds(1));
        assertThat(key()).isEqualTo("TWO");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[default]\n",
                "[default]\naws_access_key_id=TWO\n",
                "[default\naws_access_key_id=TWO\n",
                "garbage",
                "= =\n[[",
                "[other]\naws_access_key_id=TWO\naws_secret_access_key=s\n"
            })
    void keepsTheLastGoodOnesWhileTheFileIsBrokenAndLooksAgainSoon(String broken)
            throws IOException {
        assertThat(key()).isEqualTo("ONE");
        clock.advance(Duration.ofMinutes(1));
        Files.writeString(file, broken);
        assertThat(key()).isEqualTo("ONE");
        write("TWO");
        clock.advance(Duration.ofSeconds(5));
        assertThat(key()).isEqualTo("TWO");
    }

    @Test
    void keepsTheLastGoodOnesWhileTheFileIsGone() throws IOException {
        assertThat(key()).isEqualTo("ONE");
        clock.advance(Duration.ofMinutes(1));
        Files.delete(file);
        assertThat(key()).isEqualTo("ONE");
        Files.createDirectory(file);
        clock.advance(Duration.ofMinutes(1));
        assertThat(key()).isEqualTo("ONE");
    }

    @Test
    void failsWithoutAFileAtStartAndRecoversAsSoonAsThereIsOne() throws IOException {
        Files.delete(file);
        assertThatThrownBy(this::key).isInstanceOf(RuntimeException.class);
        write("ONE");
        assertThat(key()).isEqualTo("ONE");
    }

    private String key() {
        return credentials.resolveCredentials().accessKeyId();
    }

    private void write(String key) throws IOException {
        Files.writeString(
                file,
                "[default]\naws_access_key_id=%s\naws_secret_access_key=s\naws_session_token=t\n"
                        .formatted(key));
    }
}
