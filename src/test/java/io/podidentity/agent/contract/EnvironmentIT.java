package io.podidentity.agent.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.agent.harness.EksAuthPeer;
import io.podidentity.agent.harness.HttpStub;
import io.podidentity.agent.harness.PackagedAgent;
import io.podidentity.agent.harness.ProxyPeer;
import io.podidentity.agent.harness.TlsFront;
import io.podidentity.agent.token.TestAuthority;
import io.podidentity.agent.token.TestTokens;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The variables that every AWS SDK knows mean to the packaged agent what they always mean. */
class EnvironmentIT {

    private static final String NAME = "eks-auth.test";

    @TempDir static Path folder;
    private static TestAuthority authority;
    private static EksAuthPeer peer;
    private static TlsFront tls;

    @BeforeAll
    static void start() throws Exception {
        authority = TestAuthority.in(folder);
        peer = EksAuthPeer.start();
        tls = new TlsFront(authority, peer.endpoint().getPort());
    }

    @AfterAll
    static void stop() throws Exception {
        tls.close();
        peer.close();
    }

    @Test
    void instanceTellsRegionAndSigningCredentials() throws Exception {
        String role = "GET /latest/meta-data/iam/security-credentials/";
        try (HttpStub instance = new HttpStub()) {
            instance.answer("PUT /latest/api/token", "session-of-the-instance")
                    .answer(
                            "GET /latest/dynamic/instance-identity/document",
                            "{\"region\":\"eu-north-1\"}")
                    .answer(role, "node-role")
                    .answer(
                            role + "node-role",
                            """
                            {"Code":"Success","AccessKeyId":"ASIAKEYOFTHEINSTANCE",
                             "SecretAccessKey":"secret","Token":"session","Expiration":"%s"}"""
                                    .formatted(Instant.now().plus(Duration.ofHours(6))));
            try (PackagedAgent agent =
                    withoutSettings()
                            .environment(
                                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                    instance.address().toString())
                            .endpoint(peer.endpoint())
                            .start()
                            .awaitReady()) {

                assertIssued(agent, "from-the-instance");
            }
            assertThat(peer.calls("from-the-instance").getFirst().headers().get("Authorization"))
                    .singleElement()
                    .asString()
                    .containsPattern(
                            "Credential=ASIAKEYOFTHEINSTANCE/\\d{8}/eu-north-1/eks-auth/aws4_request");
        }
    }

    @Test
    void noRegionAnywhereEndsTheStart() {
        try (PackagedAgent agent =
                withoutSettings()
                        .environment("AWS_EC2_METADATA_DISABLED", "true")
                        .endpoint(peer.endpoint())
                        .start()) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.stderr()).singleElement().asString().contains("AWS_REGION");
        }
    }

    @Test
    void authoritiesOfTheBundleAreTrusted() {
        try (PackagedAgent agent = overTls("with-bundle").start().awaitReady()) {
            assertIssued(agent, "with-bundle");
        }
    }

    @Test
    void withoutTheBundleThePodIsToldWhatIsWrong() {
        try (PackagedAgent agent =
                PackagedAgent.server().endpoint(tls.address()).start().awaitReady()) {
            String token = token("without-bundle");
            // The first is told to ask again while the agent still tries.
            HttpResponse<String> answer =
                    await().until(
                                    () -> agent.ask(token),
                                    one -> !one.body().contains("has not answered in time"));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("EKS Auth cannot be reached", "unable to find valid certification");
            assertThat(peer.calls("without-bundle")).isEmpty();
        }
    }

    @Test
    void bundleThatIsMissingEndsTheStart() {
        Path missing = folder.resolve("missing.pem");
        try (PackagedAgent agent =
                PackagedAgent.server()
                        .endpoint(tls.address())
                        .environment("AWS_CA_BUNDLE", missing.toString())
                        .start()) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .contains("AWS_CA_BUNDLE", missing.toString(), "name a PEM file");
        }
    }

    @Test
    void proxyThatWantsUserAndPasswordLeadsToEksAuth() throws Exception {
        try (ProxyPeer proxy = new ProxyPeer(NAME).only("node", "p@ss/word");
                PackagedAgent agent =
                        through(proxy, "node:p%40ss%2Fword@", behindProxy()).start().awaitReady()) {
            assertIssued(agent, "by-proxy");
            assertThat(proxy.asked()).containsOnly(NAME + ":" + tls.port());
        }
    }

    @Test
    void passwordThatTheProxyRefusesIsToldNowhere() throws Exception {
        try (ProxyPeer proxy = new ProxyPeer(NAME).only("node", "p@ss/word");
                PackagedAgent agent =
                        through(proxy, "node:wrong%2Fword@", behindProxy())
                                .verbosity("trace")
                                .start()
                                .awaitReady()) {
            String token = token("refused-by-proxy");
            HttpResponse<String> answer =
                    await().until(
                                    () -> agent.ask(token),
                                    one -> !one.body().contains("has not answered in time"));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("proxy " + proxy.address() + " answers with status 407")
                    .doesNotContain("wrong");
            assertThat(agent.everything())
                    .doesNotContain("wrong", "bm9kZTp3cm9uZy93b3Jk"); // node:wrong/word
        }
    }

    @Test
    void proxyThatCannotBeUsedEndsTheStart() throws Exception {
        try (PackagedAgent agent =
                behindProxy().environment("HTTPS_PROXY", "socks5://node:secret@p:1080").start()) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .contains("HTTPS_PROXY: proxies of socks5 are not supported; give one such as")
                    .doesNotContain("secret");
        }
    }

    @Test
    void proxyIsPassedByWhereNoneIsWanted() throws Exception {
        Path hosts = Files.writeString(folder.resolve("past-proxy"), "127.0.0.1 " + NAME + "\n");
        try (ProxyPeer proxy = new ProxyPeer(NAME);
                PackagedAgent agent =
                        through(proxy, "", behindProxy())
                                .environment("NO_PROXY", "other.corp, .TEST")
                                .jvm("-Djdk.net.hosts.file=" + hosts)
                                .start()
                                .awaitReady()) {
            assertIssued(agent, "past-proxy");
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void regionsOwnEndpointIsAsked() throws Exception {
        assertThat(hostAsked("false")).isEqualTo("eks-auth.eu-west-1.api.aws:443");
    }

    @Test
    void endpointIsTheOneForFipsWhereThatIsWanted() throws Exception {
        assertThat(hostAsked("true")).isEqualTo("eks-auth-fips.eu-west-1.api.aws:443");
    }

    /** What the agent asks a proxy for when it is given no address of EKS Auth. */
    private static String hostAsked(String fips) throws Exception {
        try (ProxyPeer proxy = new ProxyPeer("nowhere");
                PackagedAgent agent =
                        through(proxy, "", PackagedAgent.server())
                                .environment("AWS_USE_FIPS_ENDPOINT", fips)
                                .start()
                                .awaitReady()) {
            assertThat(agent.ask(token("fips-" + fips)).statusCode()).isEqualTo(503);
            assertThat(proxy.asked().stream().distinct()).hasSize(1);
            return proxy.asked().getFirst();
        }
    }

    private static PackagedAgent.Builder overTls(String serviceAccount) {
        assertThat(peer.calls(serviceAccount)).isEmpty();
        return PackagedAgent.server()
                .endpoint(tls.address())
                .environment("AWS_CA_BUNDLE", authority.pem().toString());
    }

    /** Its EKS Auth has a name, since no proxy is asked for what is on this machine. */
    private static PackagedAgent.Builder behindProxy() {
        return PackagedAgent.server()
                .endpoint(URI.create("https://" + NAME + ":" + tls.port()))
                .environment("AWS_CA_BUNDLE", authority.pem().toString());
    }

    private static PackagedAgent.Builder through(
            ProxyPeer proxy, String user, PackagedAgent.Builder agent) {
        return agent.environment(
                "HTTPS_PROXY", proxy.address().toString().replace("://", "://" + user));
    }

    private static PackagedAgent.Builder withoutSettings() {
        return PackagedAgent.server()
                .without("AWS_REGION")
                .without("AWS_ACCESS_KEY_ID")
                .without("AWS_SECRET_ACCESS_KEY")
                .without("AWS_SESSION_TOKEN")
                .without("AWS_EC2_METADATA_DISABLED")
                // Nothing that this machine's user has set.
                .environment("HOME", folder.toString())
                .jvm("-Duser.home=" + folder);
    }

    private static void assertIssued(PackagedAgent agent, String serviceAccount) {
        String token = token(serviceAccount);
        // A cold EKS Auth may keep the agent waiting; the next request gets what came of it.
        HttpResponse<String> answer =
                await().until(() -> agent.ask(token), one -> one.statusCode() != 503);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(peer.calls(serviceAccount)).isNotEmpty();
    }

    private static String token(String serviceAccount) {
        String pod = serviceAccount + "-0";
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("shop", serviceAccount, pod, pod)
                .sign();
    }
}
