package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.EksAuthPeer.Call;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing the packaged agent prints or counts holds a secret, however much it is told to print. */
class SecretsIT {

    private static final String SECRET = "secretAccessKeyOfThePod/0123456789abcdef";
    private static final String SESSION = "sessionTokenOfThePod/abcdefghijklmnopqrstuvwxyz";

    /** What somebody who looks for a fault may set, against the agent's own defaults. */
    private static final List<String> WIRE_LOGS =
            List.of(
                    "SOFTWARE_AMAZON_AWSSDK",
                    "SUN_NET_WWW",
                    "IO_NETTY",
                    "IO_VERTX",
                    "ORG_JBOSS_RESTEASY",
                    "JDK_INTERNAL_HTTPCLIENT");

    @ParameterizedTest(name = "-v {0}, wire logs {1}")
    @MethodSource
    void noSecretIsPrintedOrCounted(String level, boolean wireLogs) {
        EksAuthPeer peer = EksAuthPeer.start();
        PackagedAgent.Builder builder =
                PackagedAgent.server().verbosity(level).endpoint(peer.endpoint());
        if (wireLogs) {
            WIRE_LOGS.forEach(
                    name ->
                            builder.environment(
                                    "QUARKUS_LOG_CATEGORY__" + name + "__LEVEL", "TRACE"));
        }
        List<String> secrets = new ArrayList<>();
        try (peer;
                PackagedAgent agent = builder.start().awaitReady()) {
            script(peer);
            for (String account : List.of("good", "refused", "broken", "half", "html", "quoting")) {
                secrets.addAll(ask(agent, TestTokens.of(account).sign()));
            }
            secrets.addAll(
                    ask(agent, TestTokens.at(Instant.now()).expiresAt(Instant.EPOCH).sign()));
            secrets.addAll(ask(agent, "Bearer " + TestTokens.at(Instant.now()).sign()));
            secrets.addAll(ask(agent, "eyJub3QiOiJhIn0.eyJqd3QiOiJidXQifQ.bG9va3MgbGlrZSBvbmU"));
            String metrics = agent.get(agent.metrics("/metrics")).body();
            for (Call call : peer.calls()) {
                secrets.add(signature(call));
            }
            assertThat(agent.stop()).isZero();

            assertThat(secrets).hasSizeGreaterThan(20);
            String printed = agent.everything();
            assertThat(printed)
                    .contains(level.equals("trace") ? "\"TRACE\"" : "Issued credentials");
            for (String secret : secrets) {
                assertThat(printed).doesNotContain(secret);
                assertThat(metrics).doesNotContain(secret);
            }
        }
    }

    static Stream<Arguments> noSecretIsPrintedOrCounted() {
        return Stream.of(
                Arguments.arguments("info", false),
                Arguments.arguments("trace", false),
                Arguments.arguments("trace", true));
    }

    private static void script(EksAuthPeer peer) {
        String body =
                new JsonObject()
                        .put("secretAccessKey", SECRET)
                        .put("sessionToken", SESSION)
                        .encode();
        peer.answer("refused", EksAuthAnswers.error(400, "AccessDeniedException", "no"))
                .answer("broken", EksAuthAnswers.json("{\"credentials\":" + body + "}"))
                .answer("half", EksAuthAnswers.json("{\"credentials\":" + body))
                .answer("html", EksAuthAnswers.of(200, "text/html", SESSION))
                .answer("quoting", EksAuthAnswers.of(500, "text/plain", SECRET));
    }

    /** Asks, and returns what must not be seen of request and answer. */
    private static List<String> ask(PackagedAgent agent, String token) {
        HttpResponse<String> answer = agent.ask(token);
        List<String> secrets = new ArrayList<>(List.of(SECRET, SESSION));
        secrets.add(PackagedAgent.SIGNING_SECRET);
        secrets.add(PackagedAgent.SIGNING_SESSION);
        // The signature makes a token a secret; its middle tells of the pod.
        String[] parts = token.split("\\.", -1);
        secrets.add(parts[2]);
        secrets.add(parts[1]);
        if (answer.statusCode() == 200) {
            JsonObject issued = new JsonObject(answer.body());
            secrets.add(issued.getString("SecretAccessKey"));
            secrets.add(issued.getString("Token"));
        } else {
            assertThat(answer.body()).doesNotContain(secrets);
        }
        return secrets;
    }

    private static String signature(Call call) {
        String value = call.authorization();
        return value.substring(value.indexOf("Signature=") + "Signature=".length());
    }
}
