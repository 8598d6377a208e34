package io.podidentity.auth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.KnownCallers;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, with and without certificates of clients, and its files changing under it. */
class AuthTlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String EXCHANGE = "/clusters/dev/assume-role-for-pod-identity";
    private static final String ASSOCIATIONS = "/clusters/dev/pod-identity-associations";

    @TempDir Path folder;
    private Party server;
    private Party node;
    private Path associations;

    @BeforeEach
    void make() throws Exception {
        server = new Party("server");
        node = new Party("node");
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
        try (ServedAuth served = serve(node.certificate, true);
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
                                + Files.readString(node.certificate));
        try (ServedAuth served = serve(clients, true);
                HttpClient client = client(server, node)) {
            assertThat(post(client, served, EXCHANGE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void clientWithoutACertificateOrWithAnothersIsNotLetIn() throws Exception {
        try (ServedAuth served = serve(node.certificate, true);
                HttpClient none = client(server, null);
                HttpClient strange = client(server, new Party("stranger"))) {
            assertThatThrownBy(() -> post(none, served, EXCHANGE)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> post(strange, served, EXCHANGE))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whereKeysMayCallTooAClientWithoutEitherIsRefused() throws Exception {
        try (ServedAuth served = serve(node.certificate, false);
                HttpClient none = client(server, null)) {
            HttpResponse<String> refused = post(none, served, EXCHANGE);

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("x-amzn-ErrorType"))
                    .hasValue("MissingAuthenticationTokenException");
        }
    }

    @Test
    void newCertificateIsServedAndABrokenOneIsNot() throws Exception {
        Party next = new Party("next");
        try (ServedAuth served = serve(null, false)) {
            served.service().refresh();
            assertThat(servedTo(served, server)).isTrue();

            replace(server.certificate, "nothing");
            served.service().refresh();
            assertThat(servedTo(served, server)).isTrue();

            replace(server.certificate, Files.readString(next.certificate));
            served.service().refresh();
            assertThat(servedTo(served, server)).as("without the new key").isTrue();

            replace(server.key, Files.readString(next.key));
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
                clients == null ? new LocalCallers("127.0.0.1") : new KnownCallers(null, true),
                new Tls(server.certificate, server.key, clients, must),
                Clock.systemUTC());
    }

    private static boolean servedTo(ServedAuth served, Party trusted) throws Exception {
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

    private static HttpClient client(Party trusted, @Nullable Party own) throws Exception {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("server", trusted.x509);
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own == null ? null : own.store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                own == null ? null : keys.getKeyManagers(),
                trust.getTrustManagers(),
                new SecureRandom());
        return HttpClient.newBuilder().sslContext(context).build();
    }

    /** Somebody with a certificate for 127.0.0.1 that signs itself. */
    private final class Party {

        private final KeyStore store;
        private final X509Certificate x509;
        private final Path certificate;
        private final Path key;

        Party(String name) throws Exception {
            Path file = folder.resolve(name + ".p12");
            keytool(file, name);
            store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD);
            }
            x509 = (X509Certificate) store.getCertificate(name);
            certificate =
                    Files.writeString(
                            folder.resolve(name + ".crt"), pem("CERTIFICATE", x509.getEncoded()));
            key =
                    Files.writeString(
                            folder.resolve(name + ".key"),
                            pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()));
        }

        private static void keytool(Path file, String name) throws Exception {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-keyalg",
                                    "EC",
                                    "-storetype",
                                    "PKCS12"));
            command.addAll(List.of("-alias", name, "-dname", "CN=" + name));
            command.addAll(List.of("-ext", "san=ip:127.0.0.1", "-keystore", file.toString()));
            command.addAll(List.of("-storepass", new String(PASSWORD)));
            Shell.succeed(command);
        }

        private static String pem(String kind, byte[] content) {
            return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                    .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind);
        }
    }
}
