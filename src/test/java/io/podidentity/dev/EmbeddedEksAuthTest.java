package io.podidentity.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedEksAuthTest {

    private static final String NONE = "associations: []\n";

    @TempDir Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final int port = FreePorts.next();
    private Path associations;
    private EmbeddedEksAuth auth;

    @BeforeEach
    void serve() throws IOException {
        associations = Files.writeString(folder.resolve("associations.yaml"), NONE);
        auth =
                new EmbeddedEksAuth(
                        vertx,
                        URI.create("http://127.0.0.1:" + port),
                        "dev",
                        TestKeys.RSA.pair(),
                        associations,
                        new DevelopmentSessions(
                                Duration.ofHours(1), Clock.systemUTC(), new Random(1)),
                        Clock.systemUTC());
        auth.start("dev", TestTokens.at(Instant.now()).sign());
    }

    @AfterEach
    void stop() {
        auth.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The developer's own browser is led here by any page that he reads. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, text/plain", "evil.example.com, application/json"})
    void pageInABrowserGivesNobodyARole(String host, String type) throws IOException {
        assertThat(create(host, type)).isBetween(400, 403);
        assertThat(associations).hasContent(NONE);
    }

    @Test
    void programOfThisMachineMayGiveOne() throws IOException {
        assertThat(create("127.0.0.1", "application/json")).isEqualTo(200);
        assertThat(associations).content().contains("role/Admin");
    }

    private int create(String host, String type) throws IOException {
        String body =
                "{\"namespace\":\"*\",\"serviceAccount\":\"*\","
                        + "\"roleArn\":\"arn:aws:iam::123456789012:role/Admin\"}";
        try (RawConnection connection = new RawConnection("127.0.0.1", port)) {
            return connection
                    .send(
                            """
                            POST /clusters/dev/pod-identity-associations HTTP/1.1
                            Host: %s
                            Content-Type: %s
                            Content-Length: %d

                            """
                                            .formatted(host, type, body.length())
                                            .replace("\n", "\r\n")
                                    + body)
                    .read("POST")
                    .status();
        }
    }
}
