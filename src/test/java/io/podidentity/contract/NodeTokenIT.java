package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.exchange.TokenCallers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent without AWS credentials, which {@code auth} knows by its service account's token. */
class NodeTokenIT {

    @TempDir Path folder;

    @Test
    void agentIsKnownByItsOwnTokenAndByNoOther() throws IOException {
        Files.writeString(
                folder.resolve("associations.yaml"),
                """
                associations:
                  - {cluster: dev, namespace: shop, serviceAccount: "*", roleArn: "arn:aws:iam::123456789012:role/r"}
                """);
        Path token = folder.resolve("token");
        try (StsPeer sts = new StsPeer("ASIAOFTHEPOD");
                OwnAuth auth =
                        OwnAuth.start(
                                folder,
                                sts.endpoint(),
                                "--caller-service-account",
                                "kube-system/agent")) {
            Files.writeString(token, own("other"));
            try (PackagedAgent agent = agent(auth, token).start().awaitReady()) {
                assertThat(agent.askAgain(pods("orders")).body())
                        .contains("kube-system/other may not call");

                Files.writeString(token, own("agent") + "\n");
                assertThat(agent.issued(pods("reports"))).contains("ASIAOFTHEPOD");
                auth.process().awaitLine("for service account kube-system/agent, pod agent-0");
            }
        }
    }

    @Test
    void missingTokenIsSaidAndTheAgentTriesAgain() throws IOException {
        Path token = folder.resolve("token");
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent =
                        withoutKeys()
                                .endpoint(peer.endpoint())
                                .flags("--endpoint-token-file", token.toString())
                                .start()
                                .awaitReady()) {
            assertThat(agent.ask(pods("orders")).body())
                    .contains("token " + token, "NoSuchFileException", "kubelet projects");

            Files.writeString(token, own("agent"));
            agent.issued(pods("orders"));
            assertThat(peer.calls("orders").getLast().authorization())
                    .isEqualTo("Bearer " + Files.readString(token));
            assertThat(agent.everything())
                    .doesNotContain(Files.readString(token).split("\\.", -1)[2]);
        }
    }

    @Test
    void tokenIsNotForAws() {
        try (PackagedAgent agent =
                withoutKeys().flags("--endpoint-token-file", "/nowhere").start()) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .contains("--endpoint-token-file", "give the address");
        }
    }

    private static PackagedAgent.Builder agent(OwnAuth auth, Path token) {
        return withoutKeys()
                .endpoint(auth.endpoint())
                .flags("--endpoint-token-file", token.toString());
    }

    private static PackagedAgent.Builder withoutKeys() {
        return PackagedAgent.server()
                .bindHosts("127.0.0.1")
                .without("AWS_ACCESS_KEY_ID")
                .without("AWS_SECRET_ACCESS_KEY")
                .without("AWS_SESSION_TOKEN");
    }

    private static String own(String serviceAccount) {
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("kube-system", serviceAccount, serviceAccount + "-0", "uid")
                .audience(TokenCallers.AUDIENCE)
                .sign();
    }

    private static String pods(String serviceAccount) {
        return TestTokens.of(serviceAccount).sign();
    }
}
