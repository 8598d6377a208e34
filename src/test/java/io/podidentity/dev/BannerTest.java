package io.podidentity.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BannerTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "/src/agent/token, /src/agent/token",
                "/my agent/token, '/my agent/token'",
                "/it's/token, '/it'\\''s/token'",
                "/$HOME/token, '/$HOME/token'",
            })
    void namesTheTokenFileAsAShellTakesIt(Path token, String pasted) {
        URI credentials = URI.create("http://127.0.0.1:1/v1/credentials");
        var banner =
                new Banner(
                        SamplePod.INSTANCE,
                        "dev",
                        credentials,
                        token,
                        Path.of("roles.yaml"),
                        URI.create("http://127.0.0.1:2"),
                        URI.create("http://127.0.0.1:3/status"),
                        "From nowhere.");

        assertThat(banner.text())
                .contains("  export AWS_CONTAINER_CREDENTIALS_FULL_URI=" + credentials + "\n")
                .contains("  export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + pasted + "\n")
                .contains("\"Authorization: $(cat " + pasted + ")\" " + credentials + "\n")
                .contains("--cluster-name dev --endpoint-url http://127.0.0.1:2 ")
                .contains("\nFrom nowhere.\n");
    }
}
