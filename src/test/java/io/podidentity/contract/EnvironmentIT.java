package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.ProxyPeer;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.harness.TlsFront;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
        try (HttpPeer instance = new HttpPeer()) {
            instance.on("PUT /latest/api/token", "session-of-the-instance")
                    .on(
                            "GET /latest/dynamic/instance-identity/document",
                            "{\"region\":\"eu-north-1\"}")
                    .on(role, "node-role")
                    .on(role + "node-role", instanceCredentials());
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
            assertThat(signer("from-the-instance"))
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
    void variableThatOtherSdksKnowNamesTheRegion() {
        try (PackagedAgent agent =
                PackagedAgent.server()
                        .without("AWS_REGION")
                        .environment("AWS_DEFAULT_REGION", "eu-north-1")
                        .endpoint(peer.endpoint())
                        .start()
                        .awaitReady()) {
            assertIssued(agent, "other-region");
        }
        assertThat(signer("other-region")).contains("/eu-north-1/eks-auth/");
    }

    @Test
    void emptyIsAsIfNotSetAndAFileThatIsNotNeededMayBeBroken() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken"), "\uFEFF[default]\nregion=x\n");
        PackagedAgent.Builder builder = PackagedAgent.server().endpoint(peer.endpoint());
        for (String variable :
                List.of(
                        "AWS_USE_FIPS_ENDPOINT",
                        "AWS_USE_DUALSTACK_ENDPOINT",
                        "AWS_DEFAULTS_MODE",
                        "AWS_RETRY_MODE",
                        "AWS_MAX_ATTEMPTS",
                        "AWS_PROFILE",
                        "AWS_CA_BUNDLE",
                        "AWS_CONFIG_FILE",
                        "AWS_DEFAULT_REGION",
                        "AWS_ENDPOINT_URL",
                        "AWS_ENDPOINT_URL_STS",
                        "AWS_WEB_IDENTITY_TOKEN_FILE",
                        "AWS_ROLE_ARN",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        "AWS_DISABLE_REQUEST_COMPRESSION")) {
            builder.environment(variable, "");
        }
        try (PackagedAgent agent =
                builder.environment("AWS_SHARED_CREDENTIALS_FILE", broken.toString())
                        .start()
                        .awaitReady()) {
            agent.awaitLine(broken + " cannot be read: line 1; it is passed over");
            assertIssued(agent, "empty-values");
        }
        assertThat(signer("empty-values")).contains("Credential=ASIASIGNINGKEYOFNODE/");
    }

    static Stream<Arguments> environmentsThatCanNeverWork() throws IOException {
        Path broken = Files.writeString(folder.resolve("no-ini"), "aws_secret_access_key=hidden\n");
        return Stream.of(
                Arguments.of(
                        "fips",
                        PackagedAgent.server()
                                .endpoint(peer.endpoint())
                                .environment("AWS_USE_FIPS_ENDPOINT", "true"),
                        "--endpoint: the AWS SDK can make no request of the settings there are"
                                + " (Invalid Configuration: FIPS and custom endpoint are not"
                                + " supported); mend it, AWS_REGION, AWS_USE_FIPS_ENDPOINT or"
                                + " AWS_USE_DUALSTACK_ENDPOINT"),
                Arguments.of(
                        "fips of auth",
                        auth().flags("--sts-endpoint", "http://127.0.0.1:9")
                                .environment("AWS_USE_FIPS_ENDPOINT", "true"),
                        "--sts-endpoint: the AWS SDK can make no request of the settings"),
                Arguments.of(
                        "odd value",
                        PackagedAgent.server()
                                .endpoint(peer.endpoint())
                                .environment("AWS_USE_FIPS_ENDPOINT", "1"),
                        "AWS_USE_FIPS_ENDPOINT: '1' is neither true nor false; give one of them,"
                                + " or unset it"),
                Arguments.of(
                        "odd value of auth",
                        auth().environment("AWS_DEFAULTS_MODE", "foo"),
                        "AWS_DEFAULTS_MODE: 'foo' is not a mode of the SDK's defaults; give"),
                Arguments.of(
                        "broken file",
                        withoutSettings()
                                .environment("AWS_REGION", "eu-west-1")
                                .environment("AWS_SHARED_CREDENTIALS_FILE", broken.toString()),
                        "AWS_SHARED_CREDENTIALS_FILE: " + broken + " cannot be read: line 1; mend"),
                Arguments.of(
                        "missing profile",
                        withoutSettings()
                                .environment("AWS_REGION", "eu-west-1")
                                .environment("AWS_PROFILE", "node"),
                        "AWS_PROFILE: there is no profile node in the shared files; name one of"),
                Arguments.of(
                        "half a key of auth",
                        auth().without("AWS_SECRET_ACCESS_KEY"),
                        "AWS_SECRET_ACCESS_KEY: missing, while its other half is set; set both"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("environmentsThatCanNeverWork")
    void whatCanNeverWorkEndsTheStartWithOneLine(
            String name, PackagedAgent.Builder builder, String line) {
        try (PackagedAgent agent = builder.start()) {
            assertThat(agent.exitCode()).isEqualTo(2);
            assertThat(agent.stderr())
                    .singleElement()
                    .asString()
                    .startsWith("pod-identity-agent: " + line)
                    .doesNotContain("hidden");
        }
    }

    @Test
    void webIdentityThatStsDoesNotGiveIsAskedForAgainAndNobodyElseSigns() throws Exception {
        String role = "arn:aws:iam::123456789012:role/node";
        String metadata = "GET /latest/meta-data/iam/security-credentials/";
        Path token = Files.writeString(folder.resolve("web-identity"), "token");
        try (HttpPeer sts = new HttpPeer().answer(Answer.of(503, ""));
                HttpPeer instance =
                        new HttpPeer()
                                .on("PUT /latest/api/token", "session")
                                .on(metadata, "other-role")
                                .on(metadata + "other-role", instanceCredentials());
                PackagedAgent agent =
                        withoutSettings()
                                .environment("AWS_REGION", "eu-west-1")
                                .environment("AWS_ROLE_ARN", role)
                                .environment("AWS_WEB_IDENTITY_TOKEN_FILE", token.toString())
                                .environment("AWS_ENDPOINT_URL_STS", sts.address().toString())
                                .environment(
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        instance.address().toString())
                                .endpoint(peer.endpoint())
                                .start()
                                .awaitReady()) {
            String pod = TestTokens.of("web-identity").sign();
            HttpResponse<String> refused =
                    await().until(
                                    () -> agent.ask(pod),
                                    one -> one.body().contains("STS answers with status"));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body())
                    .contains("the web identity of " + role + ": STS answers with status 503");

            sts.answer(StsPeer.as("ASIASESSIONOFTHEROLE"));
            assertIssued(agent, "web-identity");

            assertThat(signer("web-identity")).contains("Credential=ASIASESSIONOFTHEROLE/");
            agent.awaitLine(
                    "Calls are signed as arn:aws:sts::123456789012:assumed-role/node/s, from the"
                            + " web identity of "
                            + role);
            assertThat(instance.requests()).isEmpty();
        }
    }

    /** A client that the SDK made by itself would know neither the bundle nor the proxy. */
    @Test
    void roleOfAProfileIsAssumedWithTheAuthoritiesOfTheBundle() throws Exception {
        Path profile =
                Files.writeString(
                        folder.resolve("profile-with-role"),
                        """
                        [profile node]
                        role_arn = arn:aws:iam::123456789012:role/node
                        source_profile = source
                        [profile source]
                        aws_access_key_id = AKIAOFTHESOURCE
                        aws_secret_access_key = secret
                        """);
        String metadata = "GET /latest/meta-data/iam/security-credentials/";
        try (HttpPeer sts = new HttpPeer(authority).answer(StsPeer.as("ASIASESSIONOFTHEROLE"));
                HttpPeer instance =
                        new HttpPeer()
                                .on("PUT /latest/api/token", "session")
                                .on(metadata, "other-role")
                                .on(metadata + "other-role", instanceCredentials());
                PackagedAgent agent =
                        withoutSettings()
                                .environment("AWS_REGION", "eu-west-1")
                                .environment("AWS_CONFIG_FILE", profile.toString())
                                .environment("AWS_PROFILE", "node")
                                .environment("AWS_CA_BUNDLE", authority.pem().toString())
                                .environment("AWS_ENDPOINT_URL_STS", sts.address().toString())
                                .environment(
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        instance.address().toString())
                                .endpoint(peer.endpoint())
                                .start()
                                .awaitReady()) {
            assertIssued(agent, "role-of-a-profile");

            assertThat(signer("role-of-a-profile")).contains("Credential=ASIASESSIONOFTHEROLE/");
            assertThat(instance.requests()).isEmpty();
        }
    }

    @Test
    void blockOfTheBundleThatIsNoCertificateIsPassedOver() throws IOException {
        Path bundle =
                Files.writeString(
                        folder.resolve("bundle.pem"),
                        "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"
                                + Files.readString(authority.pem()));
        try (PackagedAgent agent =
                PackagedAgent.server()
                        .endpoint(tls.address())
                        .environment("AWS_CA_BUNDLE", bundle.toString())
                        .start()
                        .awaitReady()) {
            agent.awaitLine(bundle + ": the block at line 1 is passed over");
            assertIssued(agent, "odd-bundle");
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
            String token = TestTokens.of("without-bundle").sign();
            // The first is told to ask again while the agent still tries.
            HttpResponse<String> answer = agent.askAgain(token);

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
            assertThat(proxy.asked()).contains(NAME + ":" + tls.port());
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
            String token = TestTokens.of("refused-by-proxy").sign();
            HttpResponse<String> answer = agent.askAgain(token);

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
            assertThat(agent.ask(TestTokens.of("fips-" + fips).sign()).statusCode()).isEqualTo(503);
            return proxy.asked().stream()
                    .filter(host -> host.startsWith("eks-auth"))
                    .distinct()
                    .reduce((one, other) -> one + " and " + other)
                    .orElse("nobody");
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

    /** Who signed the last call for a service account, and for where. */
    private static String signer(String serviceAccount) {
        return peer.calls(serviceAccount).getLast().authorization();
    }

    private static String instanceCredentials() {
        return """
        {"Code":"Success","AccessKeyId":"ASIAKEYOFTHEINSTANCE",
         "SecretAccessKey":"secret","Token":"session","Expiration":"%s"}"""
                .formatted(Instant.now().plus(Duration.ofHours(6)));
    }

    private static PackagedAgent.Builder auth() throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        return PackagedAgent.auth()
                .flags("--cluster", "dev=" + keys)
                .flags("--associations", folder.resolve("associations").toString());
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
        agent.issued(TestTokens.of(serviceAccount).sign());
        assertThat(peer.calls(serviceAccount)).isNotEmpty();
    }
}
