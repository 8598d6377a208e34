package io.podidentity.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.aws.Settings;
import io.podidentity.doctor.Finding.Result;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodChecksTest {

    private static final String TOKEN = TestTokens.of("orders").sign();
    private static final String BODY =
            """
            {"AccessKeyId":"ASIAOFTHEPOD9876","SecretAccessKey":"hiddenKey","Token":"hiddenToken",\
            "AccountId":"123456789012","Expiration":"2099-01-01T00:00:00Z"}""";

    @TempDir Path root;
    private final HttpPeer agent =
            new HttpPeer()
                    .answer(
                            (request, out) ->
                                    (request.header("Authorization").isEmpty()
                                                    ? Answer.of(400, "{}")
                                                    : Answer.of(200, BODY))
                                            .to(request, out));
    private final Map<String, String> environment = new HashMap<>();
    private Path tokenFile;
    private Settings settings;

    @BeforeEach
    void pod() throws IOException {
        settings = new Settings(root);
        settings.set("aws.region", "eu-west-1");
        settings.set("aws.endpointUrlSts", "http://127.0.0.1:9");
        tokenFile = Files.writeString(root.resolve("token"), TOKEN);
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.address() + "/v1/credentials");
        environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token");
    }

    @AfterEach
    void close() {
        settings.close();
        agent.close();
    }

    private Finding check(String name) {
        return check(name, false);
    }

    private Finding check(String name, boolean sts) {
        PodSurroundings pod = new PodSurroundings(environment, root);
        return Checked.of(PodChecks.of(pod, Clock.systemUTC(), sts), name);
    }

    @Test
    void podInOrderPassesAndShowsNoSecret() {
        assertThat(check("variables").result()).isEqualTo(Result.OK);
        assertThat(check("earlier credentials").result()).isEqualTo(Result.OK);
        assertThat(check("proxy").result()).isEqualTo(Result.OK);
        assertThat(check("agent").seen()).contains("status 400 without a token");
        assertThat(check("its answer"))
                .isEqualTo(
                        Finding.ok(
                                "key ending in 9876 of account 123456789012, until 2099-01-01T00:00:00Z"));
        assertThat(check("token file").seen())
                .startsWith("of shop/orders, pod orders-0, for pods.eks.amazonaws.com, until ");
    }

    @Test
    void missingVariablesFailAndTheRestNeedsThem() {
        environment.remove("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        assertThat(check("variables").seen())
                .isEqualTo("AWS_CONTAINER_CREDENTIALS_FULL_URI not set");
        assertThat(check("agent").result()).isEqualTo(Result.SKIPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, for all SDKs",
        "AWS_ACCESS_KEY, AWS_SECRET_KEY, for Java 1 and Go 1",
        "AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, for all SDKs",
        "AWS_PROFILE, HOME, JavaScript 3",
        "AWS_DEFAULT_PROFILE, HOME, for Python",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, HOME, for all SDKs",
    })
    void variablesThatComeBeforeTheAgentAreNamedNotShown(String one, String other, String whom) {
        environment.put(one, "hidden");
        environment.put(other, "hidden");
        Finding earlier = check("earlier credentials");
        assertThat(earlier.result()).isEqualTo(Result.FAIL);
        assertThat(earlier.seen()).contains(one, whom).doesNotContain("hidden");
        assertThat(earlier.remedy()).isNotEmpty();
    }

    @Test
    void profileWithCredentialsComesBeforeTheAgentAndOneWithoutDoesNot() throws IOException {
        Path file = root.resolve("credentials");
        Files.writeString(file, "[default]\nregion = eu-west-1\n");
        assertThat(check("earlier credentials").result()).isEqualTo(Result.OK);
        Files.writeString(
                file, "[default]\naws_access_key_id = a\naws_secret_access_key = hidden\n");
        Finding earlier = check("earlier credentials");
        assertThat(earlier.result()).isEqualTo(Result.FAIL);
        assertThat(earlier.seen()).contains("profile default").doesNotContain("hidden");
    }

    @Test
    void tokenFileIsReadAsSdksDo() throws IOException {
        Files.writeString(tokenFile, TOKEN + "\n");
        assertThat(check("token file").seen()).contains("new line");
        Files.writeString(tokenFile, "no token");
        assertThat(check("token file").seen()).contains("invalid number of segments");
        Files.writeString(
                tokenFile,
                TestTokens.of("orders").expiresAt(Instant.now().minusSeconds(60)).sign());
        assertThat(check("token file").seen()).contains("token is expired since");
        Files.writeString(tokenFile, TestTokens.of("orders").audience("sts.amazonaws.com").sign());
        assertThat(check("token file").remedy()).contains("pods.eks.amazonaws.com");
        Files.delete(tokenFile);
        assertThat(check("token file").seen()).isEqualTo("there is no /token");
    }

    @Test
    void proxyIsAFaultOnlyWhereNoProxyDoesNotNameTheAgent() {
        environment.put(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
        environment.put("HTTP_PROXY", "http://user:hidden@proxy.corp:3128");
        Finding caught = check("proxy");
        assertThat(caught.result()).isEqualTo(Result.FAIL);
        assertThat(caught.seen()).endsWith("the proxy http://proxy.corp:3128");
        assertThat(caught.remedy()).contains("NO_PROXY");
        environment.put("NO_PROXY", "10.0.0.0/8,169.254.170.23");
        assertThat(check("proxy").result()).isEqualTo(Result.OK);
    }

    @Test
    void agentThatIsGoneFails() {
        agent.close();
        Finding gone = check("agent");
        assertThat(gone.result()).isEqualTo(Result.FAIL);
        assertThat(gone.remedy()).contains("network policy");
        assertThat(check("its answer").result()).isEqualTo(Result.FAIL);
    }

    @ParameterizedTest
    @CsvSource({
        "400, mend the token",
        "403, past any proxy",
        "404, associate the service account",
        "503, run doctor on the node",
    })
    void refusalIsToldWithTheAgentsMessageAndARemedy(int status, String remedy) {
        agent.answer(Answer.of(status, "{\"message\":\"the agent's words\"}"));
        Finding refused = check("its answer");
        assertThat(refused.result()).isEqualTo(Result.FAIL);
        assertThat(refused.seen()).isEqualTo("status " + status + ": the agent's words");
        assertThat(refused.remedy()).contains(remedy);
    }

    @Test
    void successWithoutCredentialsIsNoAgents() {
        agent.answer(Answer.of(200, "<html>welcome</html>"));
        assertThat(check("its answer").result()).isEqualTo(Result.FAIL);
        assertThat(check("STS").result()).isEqualTo(Result.SKIPPED);
    }

    @Test
    void stsMattersOnlyIfAskedFor() {
        assertThat(check("STS").result()).isEqualTo(Result.SKIPPED);
        assertThat(check("STS", true).result()).isEqualTo(Result.FAIL);
        try (StsPeer sts = new StsPeer("ASIA")) {
            settings.set("aws.endpointUrlSts", sts.endpoint().toString());
            assertThat(check("STS", true)).isEqualTo(Finding.ok(StsPeer.ARN));
            assertThat(sts.calls())
                    .singleElement()
                    .satisfies(
                            call -> assertThat(call.accessKeyId()).isEqualTo("ASIAOFTHEPOD9876"));
        }
    }

    @Test
    void anotherProcessIsSeenWithItsVariablesAndFiles() throws IOException {
        PodSurroundings own = PodSurroundings.of(ProcessHandle.current().pid());
        assertThat(own.environment()).containsEntry("PATH", System.getenv("PATH"));
        assertThat(own.path("/token"))
                .isEqualTo(Path.of("/proc", "" + ProcessHandle.current().pid(), "root", "token"));
        assertThat(own).hasToString("PodSurroundings[" + own.root() + "]");
    }
}
