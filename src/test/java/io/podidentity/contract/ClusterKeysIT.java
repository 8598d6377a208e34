package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpStub;
import io.podidentity.harness.HttpStub.Request;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.harness.TlsFront;
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
    private HttpStub apiServer;
    private TlsFront tls;
    private String own;

    @BeforeEach
    void startCluster() throws Exception {
        peer = EksAuthPeer.start();
        apiServer = new HttpStub().answer("GET /openid/v1/jwks", TestKeys.jwks(TestKeys.RSA));
        // Its certificate is the folder's ca.crt.
        tls = new TlsFront(TestAuthority.in(account), apiServer.port());
        own = TestTokens.at(Instant.now()).audience("https://kubernetes.default.svc").sign();
        Files.writeString(account.resolve("token"), own);
    }

    @AfterEach
    void stopCluster() throws Exception {
        tls.close();
        apiServer.close();
        peer.close();
    }

    @Test
    void rotatedTokenOfACachedPodCostsNoFurtherCall() {
        apiServer.answer("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            String first = issued(agent, rotated(2));
            int calls = peer.calls("orders").size();

            String second = issued(agent, rotated(1));

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
        apiServer.answer("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            issued(agent, rotated(2));
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
        apiServer.answer("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine(FETCHED);
            issued(agent, rotated(2));

            HttpResponse<String> answer = agent.ask(podsToken(1).audience(audience).sign());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
    }

    @Test
    void tokenForAnAudienceThatTheAgentWasToldOfIsAnsweredFromMemory() {
        apiServer.answer("GET /version", "{\"major\":\"1\",\"minor\":\"34+\"}");
        try (PackagedAgent agent = agent("--audience", "sts.example.com")) {
            agent.awaitLine(FETCHED);
            String first = issued(agent, rotated(2));

            String other = podsToken(1).audience("sts.example.com").sign();

            assertThat(issued(agent, other)).isEqualTo(first);
        }
    }

    @Test
    void keysOfAnOlderApiServerAreNotBelieved() {
        apiServer.answer("GET /version", "{\"major\":\"1\",\"minor\":\"33\"}");
        try (PackagedAgent agent = agent()) {
            agent.awaitLine("1.34 is needed");
            issued(agent, rotated(2));
            int calls = peer.calls("orders").size();

            issued(agent, rotated(1));

            assertThat(peer.calls("orders")).hasSizeGreaterThan(calls);
        }
    }

    private PackagedAgent agent(String... flags) {
        return PackagedAgent.server()
                .flags(flags)
                .endpoint(peer.endpoint())
                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .environment("KUBERNETES_SERVICE_PORT", String.valueOf(tls.port()))
                .environment("AGENT_SERVICE_ACCOUNT_DIR", account.toString())
                .start()
                .awaitReady();
    }

    private static String issued(PackagedAgent agent, String token) {
        // A cold EKS Auth may keep the agent waiting; the next request gets what came of it.
        HttpResponse<String> answer =
                await().until(() -> agent.ask(token), one -> one.statusCode() != 503);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String rotated(int minutesAgo) {
        return podsToken(minutesAgo).sign();
    }

    /** One of the same pod, differing by when it was made. */
    private static TestTokens podsToken(int minutesAgo) {
        return TestTokens.at(Instant.now().minus(Duration.ofMinutes(minutesAgo)));
    }
}
