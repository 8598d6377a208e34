package io.podidentity.auth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.KnownCallers;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.harness.ServedAuth;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, with and without certificates of clients, and its files changing under it. */
class AuthTlsTest {

    private static final String EXCHANGE = "/clusters/dev/assume-role-for-pod-identity";
    private static final String ASSOCIATIONS = "/clusters/dev/pod-identity-associations";

    @TempDir Path folder;
    private TestAuthority server;
    private TestAuthority node;
    private Path associations;

    @BeforeEach
    void make() throws Exception {
        server = party("server");
        node = party("node");
        associations =
                Files.writeString(
                        folder.resolve("associations.yaml"),
                        """
                        associations:
                          - cluster: dev
                            namespace: shop
                            serviceAccount: orders
                            roleArn: arn:aws:iam::123456789012:role/orders
                        """);
    }

    @Test
    void nodeWithACertificateMayExchangeAndNotChangeAssociations() throws Exception {
        try (ServedAuth served = serve(node.pem(), true);
                HttpClient client = client(server, node)) {
            assertThat(post(client, served, EXCHANGE).statusCode()).isEqualTo(200);

            HttpResponse<String> refused = post(client, served, ASSOCIATIONS);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("x-amzn-ErrorType"))
                    .hasValue("AccessDeniedException");
        }
    }

    @Test
    void oddBlockAmongTheClientsAuthoritiesKeepsNobodyOut() throws Exception {
        Path clients =
                Files.writeString(
                        folder.resolve("clients.pem"),
                        "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"
                                + Files.readString(node.pem()));
        try (ServedAuth served = serve(clients, true);
                HttpClient client = client(server, node)) {
            assertThat(post(client, served, EXCHANGE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void clientWithoutACertificateOrWithAnothersIsNotLetIn() throws Exception {
        try (ServedAuth served = serve(node.pem(), true);
                HttpClient none = client(server, null);
                HttpClient strange = client(server, party("stranger"))) {
            assertThatThrownBy(() -> post(none, served, EXCHANGE)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> post(strange, served, EXCHANGE))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whereKeysMayCallTooAClientWithoutEitherIsRefused() throws Exception {
        try (ServedAuth served = serve(node.pem(), false);
                HttpClient none = client(server, null)) {
            HttpResponse<String> refused = post(none, served, EXCHANGE);

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("x-amzn-ErrorType"))
                    .hasValue("MissingAuthenticationTokenException");
        }
    }

    @Test
    void newCertificateIsServedAndABrokenOneIsNot() throws Exception {
        TestAuthority next = party("next");
        try (ServedAuth served = serve(null, false)) {
            served.service().refresh();
            assertThat(servedTo(served, server)).isTrue();

            replace(server.pem(), "nothing");
            served.service().refresh();
            assertThat(servedTo(served, server)).isTrue();

            replace(server.pem(), Files.readString(next.pem()));
            served.service().refresh();
            assertThat(servedTo(served, server)).as("without the new key").isTrue();

            replace(server.key(), Files.readString(next.key()));
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                served.service().refresh();
                                return servedTo(served, next);
                            });
        }
    }

    private ServedAuth serve(@Nullable Path clients, boolean must) throws IOException {
        return new ServedAuth(
                new AssociationsFile(associations),
                clients == null
                        ? new LocalCallers("127.0.0.1")
                        : new KnownCallers(null, null, true),
                new Tls(server.pem(), server.key(), clients, must),
                Clock.systemUTC());
    }

    private static boolean servedTo(ServedAuth served, TestAuthority trusted) throws Exception {
        try (HttpClient client = client(trusted, null)) {
            return post(client, served, EXCHANGE).statusCode() == 200;
        } catch (IOException e) {
            // It shows another certificate.
            return false;
        }
    }

    private static void replace(Path file, String content) throws IOException {
        Files.writeString(file, content);
        // A file system's clock may be too coarse to tell two edits of a test apart.
        Files.setLastModifiedTime(
                file, FileTime.from(Files.getLastModifiedTime(file).toInstant().plusSeconds(7)));
    }

    private static HttpResponse<String> post(HttpClient client, ServedAuth served, String path)
            throws IOException, InterruptedException {
        String token = TestTokens.at(Instant.now().minusSeconds(5)).sign();
        return client.send(
                HttpRequest.newBuilder(URI.create(served.endpoint() + path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpClient client(TestAuthority trusted, @Nullable TestAuthority own)
            throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                own == null ? null : own.keyManagers(),
                trusted.trustManagers(),
                new SecureRandom());
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private TestAuthority party(String name) throws Exception {
        return TestAuthority.named(name, folder);
    }
}
