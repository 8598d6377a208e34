package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Neither command loads what only the other one needs: each node pays for the agent alone. */
class LoadedClassesIT {

    private static final String OURS = "io.podidentity.";

    /** With requests served, and a few percent to spare. */
    private static final int MOST_CLASSES = 9_400;

    @TempDir Path folder;

    @Test
    void serverLoadsNothingOfTheServiceAndMakesNoClientOfSts() throws IOException {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent =
                        PackagedAgent.server()
                                .endpoint(peer.endpoint())
                                .jvm(logging())
                                .start()
                                .awaitReady()) {
            String token = TestTokens.at(Instant.now().minusSeconds(5)).sign();
            assertThat(agent.ask(token).statusCode()).isEqualTo(200);
            assertThat(agent.get(agent.probe("/status")).statusCode()).isEqualTo(404);
            assertThat(agent.stop()).isZero();
        }

        List<String> loaded = loaded();
        assertThat(loaded)
                .contains(OURS + "agent.cache.CredentialCache", OURS + "agent.server.Listeners");
        assertThat(loaded)
                .noneMatch(name -> name.startsWith("software.amazon.awssdk.services.sts.model."))
                .noneMatch(name -> name.startsWith(OURS + "doctor."))
                .noneMatch(name -> name.startsWith("io.quarkus.qute."))
                .noneMatch(name -> name.startsWith("com.fasterxml.jackson.databind."))
                .doesNotContain("software.amazon.awssdk.services.sts.DefaultStsClient");
        // Each costs memory and a part of the start, on every node; fewer is a reason to lower it.
        assertThat(loaded).hasSizeLessThan(MOST_CLASSES);
        // What the container must know to find the way to them.
        assertThat(loaded.stream().filter(name -> name.startsWith(OURS + "agent.status.")))
                .allMatch(name -> name.matches(".*\\.Status(Route|Table).*"));
        assertThat(loaded.stream().filter(name -> name.startsWith(OURS + "auth.")))
                .allMatch(
                        name ->
                                name.matches(
                                        ".*\\.(server\\.Auth(Server|ReadinessCheck)(_Bean)?|sts\\.(Sts(Calls|Clients|Failed)|OwnCredentials).*)"));
    }

    /** The warm-up has loaded all it needs: its SDK waits for a second only. */
    @Test
    void firstPodLoadsHardlyAnyClass() throws IOException {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent =
                        PackagedAgent.server()
                                .endpoint(peer.endpoint())
                                .jvm(logging())
                                .start()
                                .awaitReady()) {
            agent.awaitLine("Ready to serve after");
            assertThat(peer.calls("none")).isEmpty();
            List<String> before = loaded();
            String token = TestTokens.at(Instant.now().minusSeconds(5)).sign();
            assertThat(agent.ask(token).statusCode()).isEqualTo(200);
            List<String> after = loaded();

            assertThat(before)
                    .contains(OURS + "agent.server.CredentialsBody", OURS + "agent.cache.Entry");
            assertThat(after.subList(before.size(), after.size())).hasSizeLessThan(60);
        }
    }

    @Test
    void authStartsNothingOfTheAgent() throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        try (PackagedAgent auth =
                PackagedAgent.auth()
                        .flags("--cluster", "dev=" + keys)
                        .flags("--associations", folder.resolve("associations").toString())
                        .jvm(logging())
                        .start()
                        .awaitReady()) {
            assertThat(auth.stop()).isZero();
        }

        assertThat(loaded())
                .contains(OURS + "auth.server.AuthService")
                .doesNotContain(
                        OURS + "agent.cache.EntryStore",
                        OURS + "agent.cache.UpstreamLimiter",
                        OURS + "agent.eksauth.Transport",
                        OURS + "agent.server.ListenerProbe",
                        OURS + "agent.node.LibC",
                        "software.amazon.awssdk.services.eksauth.DefaultEksAuthClient");
    }

    @Test
    void authLetsNobodyInWithoutBeingToldHow() throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        try (PackagedAgent auth =
                PackagedAgent.auth()
                        .flags("--cluster", "dev=" + keys)
                        .flags("--associations", folder.resolve("associations").toString())
                        .flags("--bind-host", "0.0.0.0", "--allow-plain-http")
                        .start()) {
            assertThat(auth.exitCode()).isEqualTo(2);
            assertThat(auth.stderr())
                    .containsExactly(
                            "pod-identity-agent: --bind-host: anybody who reaches 0.0.0.0 could"
                                    + " call; give --callers, --caller-service-account or --client-ca");
        }
    }

    private String logging() {
        return "-Xlog:class+load:file=" + folder.resolve("loaded") + ":none";
    }

    private List<String> loaded() throws IOException {
        try (var lines = Files.lines(folder.resolve("loaded"))) {
            return lines.map(line -> line.replaceFirst(" .*", "")).toList();
        }
    }
}
