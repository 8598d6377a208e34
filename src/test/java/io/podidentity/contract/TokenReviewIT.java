package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestKeys;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged {@code auth} in a cluster whose API server it is to ask about tokens. */
class TokenReviewIT {

    private static final URI NO_STS = URI.create("http://127.0.0.1:9");
    private static final String REVIEW = "POST /apis/authentication.k8s.io/v1/tokenreviews";

    @TempDir Path account;
    @TempDir Path folder;

    /** Else nobody would know before pods are refused, each with a text of its own. */
    @Test
    void warnsAtTheStartWhereItMayNotReviewTokens() throws Exception {
        Files.writeString(account.resolve("token"), "own-token");
        try (HttpPeer apiServer =
                        new HttpPeer(TestAuthority.in(account))
                                .on("GET /version", "{\"major\":\"1\",\"minor\":\"36\"}")
                                .on("GET /openid/v1/jwks", TestKeys.jwks(TestKeys.RSA))
                                .on(REVIEW, Answer.of(403, "{}"));
                OwnAuth auth =
                        OwnAuth.start(
                                folder,
                                NO_STS,
                                process ->
                                        process.flags("--cluster", "own=api-server")
                                                .flags("--token-review")
                                                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                                                .environment(
                                                        "KUBERNETES_SERVICE_PORT",
                                                        String.valueOf(apiServer.port()))
                                                .environment(
                                                        "AGENT_SERVICE_ACCOUNT_DIR",
                                                        account.toString()))) {
            assertThat(auth.process().awaitLine("may not review tokens"))
                    .contains("WARN", "cluster own", "ClusterRole system:auth-delegator");

            apiServer.on(REVIEW, Answer.of(201, "{\"status\": {}}"));

            auth.process().awaitLine("Tokens of cluster own are reviewed");
        }
    }
}
