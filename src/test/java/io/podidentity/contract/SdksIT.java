package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real SDKs, through their default chains, against the packaged agent. */
class SdksIT {

    /** So short that every SDK asks again each time. */
    private static final Duration LIFETIME = Duration.ofSeconds(45);

    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @TempDir Path folder;

    enum Sdk {
        JAVA,
        BOTO3;

        SdkProcess start(String host, Path tokenFile) throws Exception {
            var uri = agent.credentials(host);
            return switch (this) {
                case JAVA -> SdkProcess.java(uri, tokenFile);
                case BOTO3 -> {
                    assumeTrue(SdkProcess.hasBoto3(), "Python has no boto3; set PIA_PYTHON");
                    yield SdkProcess.python(uri, tokenFile);
                }
            };
        }
    }

    @BeforeAll
    static void start() {
        peer = EksAuthPeer.start(LIFETIME);
        agent = PackagedAgent.server().endpoint(peer.endpoint()).start().awaitReady();
    }

    @AfterAll
    static void stop() {
        agent.close();
        peer.close();
    }

    @ParameterizedTest
    @EnumSource
    void getsCredentialsOverIpv4(Sdk sdk) throws Exception {
        assertGetsCredentials(sdk, "127.0.0.1");
    }

    @ParameterizedTest
    @EnumSource
    void getsCredentialsOverIpv6(Sdk sdk) throws Exception {
        assertGetsCredentials(sdk, "[::1]");
    }

    @ParameterizedTest
    @EnumSource
    void showsWhatTheAgentSaid(Sdk sdk) throws Exception {
        peer.answer(
                "denied",
                EksAuthAnswers.error(400, "AccessDeniedException", "because of the moon"));
        Path file = Files.writeString(folder.resolve("token"), token("denied", "denied-0"));

        try (SdkProcess client = sdk.start("127.0.0.1", file)) {
            assertThat(client.ask())
                    .startsWith("ERROR ")
                    .contains("(AccessDeniedException): because of the moon, fault: client");
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsWhyATokenIsRefused(Sdk sdk) throws Exception {
        Instant past = Instant.now().minusSeconds(60);
        Path file =
                Files.writeString(
                        folder.resolve("token"), TestTokens.at(past).expiresAt(past).sign());

        try (SdkProcess client = sdk.start("127.0.0.1", file)) {
            assertThat(client.ask()).startsWith("ERROR ").contains("must re-read its token file");
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsTheRotatedToken(Sdk sdk) throws Exception {
        String account = "rotating-" + sdk.name().toLowerCase(java.util.Locale.ROOT);
        String pod = UUID.randomUUID().toString();
        Path file = Files.writeString(folder.resolve("token"), token(account, pod));

        try (SdkProcess client = sdk.start("127.0.0.1", file)) {
            awaitCredentials(client);
            String rotated =
                    TestTokens.at(Instant.now().minusSeconds(30))
                            .pod("shop", account, pod, pod)
                            .sign();
            Files.writeString(file, rotated);

            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(500))
                    .until(
                            () -> {
                                awaitCredentials(client);
                                return peer.calls(account).stream()
                                        .anyMatch(call -> call.token().equals(rotated));
                            });
        }
    }

    private void assertGetsCredentials(Sdk sdk, String host) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), token("orders", host));

        try (SdkProcess client = sdk.start(host, file)) {
            assertThat(awaitCredentials(client))
                    .matches(
                            "OK ASIADEVELOPMENTONLY. development-only/\\S+"
                                    + " development-only/works-nowhere/\\S+");
        }
    }

    /** On a busy machine even a patient SDK may meet an agent that waits for EKS Auth. */
    private static String awaitCredentials(SdkProcess client) throws IOException {
        return await().atMost(Duration.ofSeconds(60))
                .until(client::ask, answer -> !answer.contains("has not answered in time"));
    }

    private static String token(String serviceAccount, String pod) {
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("shop", serviceAccount, pod, pod)
                .sign();
    }
}
