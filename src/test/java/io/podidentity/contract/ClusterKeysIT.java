package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import java.net.http.HttpResponse;
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

/** The packaged agent in a cluster: it finds the keys of changed tokens as any pod would. */
class ClusterKeysIT {

    private static final String FETCHED = "keys of the cluster from";

    /** The folder that kubelet would mount, with the agent's own token. */
    @TempDir Path account;

    private EksAuthPeer peer;
    private HttpPeer apiServer;
    private String own;

    @BeforeEach
    void startCluster() throws Exception {
        peer = EksAuthPeer.start();
        apiServer =
                new HttpPeer(TestAuthority.in(account))
                        .on("GET /openid/v1/jwks", TestKeys.jwks(TestKeys.RSA));
        own = TestTokens.at(Instant.now()).audience("https://kubernetes.default.svc").sign();
        Files.writeString(account.resolve("token"), own);
    }

    @AfterEach
    void stopCluster() throws Exception {
        apiServer.close();
        peer.close();
    }

    @Test
    void rotatedTokenOfACachedPodCostsNoFurtherCall() {
        apiServer.on("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            String first = agent.issued(rotated(2));
            int calls = peer.calls("orders").size();

            String second = agent.issued(rotated(1));

            assertThat(second).isEqualTo(first);
            assertThat(peer.calls("orders")).hasSize(calls);
            assertThat(agent.get(agent.metrics("/metrics")).body())
                    .contains("pod_identity_local_validation{result=\"success\"} 1.0");
            assertThat(apiServer.requests())
                    .extracting(Request::line)
                    .containsExactly("GET /version", "GET /openid/v1/jwks");
            assertThat(apiServer.requests())
                    .allMatch(request -> request.header("Authorization").equals("Bearer " + own));
        }
    }

    @Test
    void forgedTokenOfACachedPodIsNotAnsweredFromMemory() {
        apiServer.on("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            agent.issued(rotated(2));
            String forged =
                    podsToken(1)
                            .key(TestKeys.FOREIGN_RSA)
                            .header("kid", TestKeys.RSA.keyId())
                            .sign();

            HttpResponse<String> answer = agent.ask(forged);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vault", "https://kubernetes.default.svc"})
    void podsTokenForSomebodyElseIsNotAnsweredFromMemory(String audience) {
        apiServer.on("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            agent.issued(rotated(2));

            HttpResponse<String> answer = agent.ask(podsToken(1).audience(audience).sign());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
    }

    @Test
    void tokenForAnAudienceThatTheAgentWasToldOfIsAnsweredFromMemory() {
        apiServer.on("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent("--audience", "sts.example.com")) {
            agent.awaitLine(FETCHED);
            String first = agent.issued(rotated(2));

            String other = podsToken(1).audience("sts.example.com").sign();

            assertThat(agent.issued(other)).isEqualTo(first);
        }
    }

    @Test
    void keysOfAnOlderApiServerAreNotBelieved() {
        apiServer.on("GET /version", "{\"major\":\"1\",\"minor\":\"33\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine("1.34 is needed");
            agent.issued(rotated(2));
            int calls = peer.calls("orders").size();

            agent.issued(rotated(1));

            assertThat(peer.calls("orders")).hasSizeGreaterThan(calls);
        }
    }

    private PackagedAgent agent(String... flags) {
        return PackagedAgent.server()
                .flags(flags)
                .endpoint(peer.endpoint())
                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .environment("KUBERNETES_SERVICE_PORT", String.valueOf(apiServer.port()))
                .environment("AGENT_SERVICE_ACCOUNT_DIR", account.toString())
                .start()
                .awaitReady();
    }

    private static String rotated(int minutesAgo) {
        return podsToken(minutesAgo).sign();
    }

    /** One of the same pod, differing by when it was made. */
    private static TestTokens podsToken(int minutesAgo) {
        return TestTokens.at(Instant.now().minus(Duration.ofMinutes(minutesAgo)));
    }
}
