package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.ProxyPeer;
import io.podidentity.harness.TestAuthority;
import io.podidentity.outbound.Proxies;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Key documents as they come from files and from real servers, over TLS as the API server's. */
class FetchedKeysTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String JWKS = "{\"keys\":[]}";

    @TempDir static Path shared;
    private static TestAuthority authority;
    private static HttpPeer server;
    private static URI address;

    @TempDir Path account;

    @BeforeAll
    static void serve() throws Exception {
        authority = TestAuthority.in(shared);
        server = new HttpPeer(authority);
        address = server.address();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void beAnApiServer() throws IOException {
        server.reset();
        Files.copy(authority.pem(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("token"), "agents-own-token\n");
        version("1", "34+");
        text("/openid/v1/jwks", JWKS);
    }

    @Test
    void asksTheApiServerAsTheAgentsServiceAccount() throws IOException {
        assertThat(apiServer().fetch()).isEqualTo(JWKS);
        assertThat(authorizations())
                .containsExactly("Bearer agents-own-token", "Bearer agents-own-token");
    }

    @Test
    void readsItsTokenAgainForEachFetch() throws IOException {
        KeyDocument keys = apiServer();
        keys.fetch();
        Files.writeString(account.resolve("token"), "renewed");

        keys.fetch();

        assertThat(authorizations()).endsWith("Bearer renewed");
    }

    @Test
    void passesProxiesByOnTheWayToTheApiServerOnly() throws IOException {
        try (ProxyPeer proxy = new ProxyPeer("keys.test")) {
            Proxies proxies = Proxies.of(Map.of("HTTPS_PROXY", proxy.address().toString()));
            URI uri = URI.create("https://keys.test:" + server.port() + "/openid/v1/jwks");

            assertThat(apiServer().fetch()).isEqualTo(JWKS);
            assertThat(proxy.asked()).isEmpty();
            assertThat(new KeysAtUri(uri, authority.pem(), proxies, TIMEOUT).fetch())
                    .isEqualTo(JWKS);
            assertThat(proxy.asked()).containsExactly(uri.getAuthority());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 34", "1, 34+", "1, 40", "2, 0", "'1', '34-eks-1a2b'"})
    void believesApiServersFromKubernetes134On(String major, String minor) throws IOException {
        version(major, minor);

        assertThat(apiServer().fetch()).isEqualTo(JWKS);
    }

    @ParameterizedTest
    @CsvSource({"1, 33+", "1, 9", "0, 99"})
    void asksNoKeysOfAnOlderApiServer(String major, String minor) {
        version(major, minor);
        server.forget("GET /openid/v1/jwks");

        assertThatThrownBy(apiServer()::fetch).hasMessageContaining("1.34 is needed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "{\"major\":\"1\"}", "{\"major\":\"x\",\"minor\":\"y\"}"})
    void saysThatTheVersionIsNotTold(String version) {
        text("/version", version);

        assertThatThrownBy(apiServer()::fetch).hasMessageContaining("does not tell its version");
    }

    @Test
    void saysThatTheAgentHasNoToken() throws IOException {
        Files.delete(account.resolve("token"));

        assertThatThrownBy(apiServer()::fetch)
                .hasMessageContaining("the agent has no service account token");
    }

    @Test
    void trustsNoServerButTheClusters() throws Exception {
        Files.copy(
                TestAuthority.in(Files.createDirectory(account.resolve("other"))).pem(),
                account.resolve("ca.crt"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(apiServer()::fetch).isInstanceOf(IOException.class);
        assertThat(authorizations()).isEmpty();
    }

    @Test
    void saysThatTheAuthoritiesCannotBeRead() throws IOException {
        Files.writeString(account.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----\nnonsense\n");

        assertThatThrownBy(apiServer()::fetch).hasMessageContaining("holds no certificate");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 403, 404, 500, 204})
    void takesNothingButSuccess(int status) {
        server.on(
                "GET /openid/v1/jwks",
                Answer.of(status, "", "Location: " + address.resolve("/elsewhere")));
        text("/elsewhere", JWKS);

        assertThatThrownBy(apiServer()::fetch)
                .hasMessage(address + "/openid/v1/jwks answers with status " + status);
    }

    @Test
    void readsNoDocumentBeyondItsBound() {
        text("/openid/v1/jwks", " ".repeat(300_000));

        assertThatThrownBy(apiServer()::fetch).hasMessageContaining("exceeds");
    }

    @Test
    @Timeout(60)
    void givesASilentServerUp() {
        server.on("GET /jwks", Answer.silence());

        assertThatThrownBy(atUri("/jwks", SHORT)::fetch)
                .hasMessage(address + "/jwks does not answer in time");
    }

    @Test
    @Timeout(60)
    void givesAServerThatDripsUp() {
        server.on("GET /jwks", FetchedKeysTest::drip);

        assertThatThrownBy(atUri("/jwks", SHORT)::fetch)
                .hasMessage(address + "/jwks does not answer in time");
    }

    @Test
    void fetchesFromAUri() throws IOException {
        text("/keys/jwks", JWKS);

        assertThat(atUri("/keys/jwks", TIMEOUT).fetch()).isEqualTo(JWKS);
        assertThat(authorizations()).isEmpty();
    }

    @Test
    void trustsTheSystemsAuthoritiesWhereNoneAreGiven() {
        text("/jwks", JWKS);

        KeyDocument keys = new KeysAtUri(address.resolve("/jwks"), null, Proxies.NONE, TIMEOUT);
        assertThatThrownBy(keys::fetch).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://192.0.2.1/jwks", "file:/jwks", "http:/jwks", "jwks"})
    void refusesPlacesWhereAnybodyCouldServeKeys(URI uri) {
        assertThatThrownBy(() -> new KeysAtUri(uri, null, Proxies.NONE, TIMEOUT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https");
    }

    @Test
    void fetchesInTheClearFromThisMachine() {
        URI uri = URI.create("http://127.0.0.1/jwks");

        assertThat(new KeysAtUri(uri, null, Proxies.NONE, TIMEOUT).place())
                .isEqualTo("http://127.0.0.1/jwks");
    }

    @ParameterizedTest
    @CsvSource({
        "10.96.0.1, 443, https://10.96.0.1:443",
        "fd00::1, 6443, https://[fd00::1]:6443",
        "api.cluster, 443, https://api.cluster:443",
    })
    void findsTheApiServerWherePodsDo(String host, String port, URI uri) {
        assertThat(ApiServer.address(host, port)).isEqualTo(uri);
    }

    @Test
    void readsAFile() throws IOException {
        Path file = Files.writeString(account.resolve("jwks.json"), JWKS);

        assertThat(new KeysInFile(file).fetch()).isEqualTo(JWKS);
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(new KeysInFile(account.resolve("none.json"))::fetch)
                .hasMessageContaining("there is no file")
                .hasMessageContaining("none.json");
    }

    private KeyDocument apiServer() {
        return new KeysAtApiServer(new ApiServer(address, account, TIMEOUT));
    }

    private static KeyDocument atUri(String path, Duration timeout) {
        return new KeysAtUri(address.resolve(path), authority.pem(), Proxies.NONE, timeout);
    }

    private static void version(String major, String minor) {
        text("/version", "{\"major\":\"%s\",\"minor\":\"%s\"}".formatted(major, minor));
    }

    private static void text(String path, String body) {
        server.on("GET " + path, body);
    }

    /** Until the client leaves. */
    private static boolean drip(Request request, OutputStream out)
            throws IOException, InterruptedException {
        Answer.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").to(request, out);
        Answer drop = Answer.raw("1\r\n \r\n");
        CountDownLatch never = new CountDownLatch(1);
        while (!never.await(20, TimeUnit.MILLISECONDS)) {
            drop.to(request, out);
        }
        return false;
    }

    private static List<String> authorizations() {
        return server.requests().stream()
                .map(request -> request.header("Authorization"))
                .filter(header -> !header.isEmpty())
                .toList();
    }
}
