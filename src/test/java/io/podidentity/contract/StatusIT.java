package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged agent tells of itself, to programs and in a browser. */
class StatusIT {

    private static final String HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
    private static final String SECRET = "secretAccessKeyOfThePod/0123456789abcdef";
    private static final String SESSION = "sessionTokenOfThePod/abcdefghijklmnopqrstuvwxyz";

    @TempDir static Path folder;

    private static final List<String> SECRETS =
            new ArrayList<>(
                    List.of(
                            SECRET,
                            SESSION,
                            PackagedAgent.SIGNING_SECRET,
                            PackagedAgent.SIGNING_SESSION));

    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @BeforeAll
    static void servePods() {
        peer = EksAuthPeer.start();
        peer.answer(
                        "hostile",
                        EksAuthAnswers.json(
                                EksAuthAnswers.body()
                                        .replace("secret-key", SECRET)
                                        .replace("session-token", SESSION)
                                        .replace(
                                                "\"namespace\":\"shop\"",
                                                "\"namespace\":\"zoo "
                                                        + HOSTILE.replace("\"", "\\\"")
                                                        + "\"")))
                .answer(
                        "refused",
                        EksAuthAnswers.error(
                                400, "AccessDeniedException", HOSTILE.replace("\"", "'")))
                .answer(
                        "leaking",
                        EksAuthAnswers.error(
                                400,
                                "InvalidParameterException",
                                "secretAccessKey=" + SECRET + " sessionToken: " + SESSION));
        String kept = token("kept");
        try (PackagedAgent before = server().start().awaitReady()) {
            assertThat(before.ask(kept).statusCode()).isEqualTo(200);
            assertThat(before.stop()).isZero();
        }
        agent = server().start().awaitReady();
        for (String token :
                List.of(
                        kept,
                        token("orders"),
                        token("hostile"),
                        token("refused"),
                        token("leaking"))) {
            HttpResponse<String> answer = agent.ask(token);
            if (answer.statusCode() == 200) {
                SECRETS.add(new JsonObject(answer.body()).getString("SecretAccessKey"));
                SECRETS.add(new JsonObject(answer.body()).getString("Token"));
            }
        }
    }

    private static PackagedAgent.Builder server() {
        return PackagedAgent.server()
                .endpoint(peer.endpoint())
                .flags("--status", "--state-dir", folder.resolve("state").toString());
    }

    private static String token(String account) {
        String token = TestTokens.of(account).sign();
        SECRETS.add(token.split("\\.", -1)[1]);
        SECRETS.add(token.split("\\.", -1)[2]);
        return token;
    }

    @AfterAll
    static void stop() {
        agent.close();
        peer.close();
    }

    @Test
    void programsGetJson() {
        HttpResponse<String> answer = agent.get(agent.probe("/status"));
        JsonObject status = new JsonObject(answer.body());

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(status.getJsonArray("listeners").getJsonObject(0).getMap())
                .containsEntry("address", "127.0.0.1")
                .containsEntry("port", agent.port())
                .containsEntry("problem", null);
        assertThat(status.getJsonObject("eksAuth").getString("breaker")).isEqualTo("closed");
        assertThat(status.getJsonObject("eksAuth").getJsonArray("lastErrors"))
                .extracting(each -> ((JsonObject) each).getString("code"))
                .contains("AccessDeniedException", "InvalidParameterException");
        assertThat(status.getJsonArray("pods"))
                .extracting(
                        each -> ((JsonObject) each).getString("pod"),
                        each -> ((JsonObject) each).getString("from"))
                .containsExactly(
                        tuple("kept-0", "state folder"),
                        tuple("orders-0", "fetched"),
                        tuple("hostile-0", "fetched"));
        JsonObject orders = status.getJsonArray("pods").getJsonObject(1);
        assertThat(orders.getString("namespace")).isEqualTo("shop");
        assertThat(orders.getString("serviceAccount")).isEqualTo("orders");
        assertThat(orders.getString("role")).contains("assumed-role/orders/");
        assertThat(orders.getString("renewal")).isEqualTo("not due");
        assertThat(Instant.parse(orders.getString("expires"))).isAfter(Instant.now());
        assertThat(Instant.parse(orders.getString("lastAsked"))).isBeforeOrEqualTo(Instant.now());
        assertThat(status.getInteger("podsLeftOut")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html"})
    void noSecretIsTold(String accept) {
        String told = agent.get(agent.probe("/status"), "Accept", accept).body();

        assertThat(told)
                .contains("orders-0", "secretAccessKey=***")
                // The remedy, at the text's end.
                .contains("eks-auth:AssumeRoleForPodIdentity on cluster dev");
        assertThat(SECRETS)
                .hasSizeGreaterThan(15)
                .allSatisfy(secret -> assertThat(told).doesNotContain(secret));
    }

    /** DNS rebinding: a name of somebody else's that leads here. */
    @Test
    void requestForAnotherHostIsRefused() throws IOException {
        for (String host : List.of("evil.example", "127.0.0.1.evil.example:" + agent.port())) {
            try (RawConnection raw = new RawConnection("127.0.0.1", agent.probe("/").getPort())) {
                raw.send("GET /status HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(raw.read().status()).isEqualTo(403);
            }
        }
    }

    @Test
    void onlyTheProbesListenerHasIt() {
        assertThat(agent.get(agent.metrics("/status")).statusCode()).isEqualTo(404);
        assertThat(agent.get(agent.credentials("127.0.0.1").resolve("/status")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void browserShowsThePage() throws IOException {
        assumeTrue(Shell.has("chromium"), "needs chromium");

        String dom = chromium("--dump-dom");

        assertThat(dom)
                .contains("<title>Pod identity agent: dev</title>")
                .contains("<td>shop</td><td>orders</td><td>orders-0</td>")
                .contains("<td>state folder</td>", "<td>closed</td>")
                // The browser took it for text, and wrote it as such again.
                .contains("<td>zoo &lt;img src=x onerror=\"document.title='owned'\"&gt;</td>")
                .doesNotContain("<img", "<script");

        Path picture = Path.of("target", "status.png").toAbsolutePath();
        Files.deleteIfExists(picture);
        chromium("--window-size=1280,900", "--screenshot=" + picture);
        assertThat(Files.size(picture)).isGreaterThan(5_000);
    }

    private static String chromium(String... what) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--user-data-dir=" + folder.resolve("browser")));
        command.addAll(List.of(what));
        command.add(agent.probe("/status").toString());
        Shell.Result result = Shell.run(new ProcessBuilder(command), Duration.ofMinutes(2));
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output();
    }
}
