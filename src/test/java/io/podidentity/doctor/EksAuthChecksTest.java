package io.podidentity.doctor;

import static io.podidentity.harness.EksAuthAnswers.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.aws.Settings;
import io.podidentity.doctor.Finding.Result;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.ProxyPeer;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EksAuthChecksTest {

    private static final String SECRET = "secretOfTheNode";

    @TempDir Path folder;
    private final HttpPeer eksAuth = new HttpPeer();
    private final Map<String, String> flags = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private Settings settings;

    @BeforeEach
    void node() {
        settings = new Settings(folder);
        settings.set("aws.region", "eu-west-1");
        settings.set("aws.accessKeyId", "AKIAOFTHENODE1234");
        settings.set("aws.secretAccessKey", SECRET);
        flags.put("agent.cluster-name", "shop");
        flags.put("agent.endpoint", eksAuth.address().toString());
    }

    @AfterEach
    void close() {
        settings.close();
        eksAuth.close();
    }

    private Finding check(String name) {
        return Checked.of(NodeChecks.of(flags, environment, Clock.systemUTC()), name);
    }

    @Test
    void tokenThatIsRefusedShowsThatTheSignerIsAccepted() {
        eksAuth.answer(error(400, "InvalidTokenException", "no such key"));
        assertThat(check("permission").result()).isEqualTo(Result.OK);
        assertThat(eksAuth.requests())
                .singleElement()
                .satisfies(
                        call -> {
                            assertThat(call.target())
                                    .isEqualTo("/clusters/shop/assume-role-for-pod-identity");
                            assertThat(call.body()).contains("\"token\":\"ey");
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "400, AccessDeniedException, allow the node's role eks-auth:AssumeRoleForPodIdentity on"
                + " cluster shop",
        "403, UnrecognizedClientException, check the node's AWS credentials and its clock",
        "403, Forbidden, check the node's AWS credentials and its clock",
        "400, RequestExpired, check the node's clock",
        "404, ResourceNotFoundException, the cluster's name (shop)",
        "503, ServiceUnavailableException, see the checks of EKS Auth",
    })
    void refusedSignerIsToldWithTheRemedy(int status, String code, String remedy) {
        eksAuth.answer(error(status, code, "no"));
        Finding finding = check("permission");
        assertThat(finding.result()).isEqualTo(Result.FAIL);
        assertThat(finding.seen()).contains(code).doesNotContain("EKS Auth refuses the agent");
        assertThat(finding.remedy()).contains(remedy);
    }

    @Test
    void withoutTheClustersNameThePermissionIsNotAsked() {
        flags.remove("agent.cluster-name");
        assertThat(check("permission").result()).isEqualTo(Result.SKIPPED);
        assertThat(eksAuth.requests()).isEmpty();
    }

    @Test
    void clockIsComparedWithTheServers() {
        eksAuth.answer(Answer.of(404, "", date(Instant.now())));
        assertThat(check("clock").result()).isEqualTo(Result.OK);
        eksAuth.answer(Answer.of(404, "", date(Instant.now().plusSeconds(3_600))));
        Finding off = check("clock");
        assertThat(off.result()).isEqualTo(Result.FAIL);
        assertThat(off.seen()).matches("3[56]\\d\\d s behind EKS Auth's");
    }

    private static String date(Instant at) {
        return "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
    }

    @Test
    void credentialsAreToldWithoutTheirSecret() {
        assertThat(check("signing credentials"))
                .isEqualTo(Finding.ok("the keys of AWS_ACCESS_KEY_ID, key ending in 1234"));
    }

    @Test
    void missingCredentialsFailAndThePermissionIsNotAsked() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        Finding none = check("signing credentials");
        assertThat(none.result()).isEqualTo(Result.FAIL);
        assertThat(none.seen()).startsWith("the instance's metadata");
        assertThat(check("permission")).isEqualTo(Finding.skipped("needs signing credentials"));
    }

    @Test
    void metadataIsAskedWhereTheCredentialsComeFromThere() {
        assertThat(check("instance metadata").result()).isEqualTo(Result.SKIPPED);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        assertThat(check("instance metadata").seen()).startsWith("AWS_EC2_METADATA_DISABLED");
        settings.set("aws.disableEc2Metadata", "false");
        try (HttpPeer metadata = new HttpPeer().on("PUT /latest/api/token", "tokenOfTheInstance")) {
            settings.set("aws.ec2MetadataServiceEndpoint", metadata.address().toString());
            assertThat(check("instance metadata"))
                    .isEqualTo(Finding.ok("reached at " + metadata.address()));
        }
        Finding gone = check("instance metadata");
        assertThat(gone.result()).isEqualTo(Result.FAIL);
        assertThat(gone.remedy()).contains("HttpPutResponseHopLimit");
    }

    @Test
    void identityIsStssOrNobodys() {
        try (StsPeer sts = new StsPeer("ASIA")) {
            settings.set("aws.endpointUrlSts", sts.endpoint().toString());
            assertThat(check("signing identity")).isEqualTo(Finding.ok(StsPeer.ARN));
        }
        assertThat(check("signing identity").result()).isEqualTo(Result.SKIPPED);
    }

    @Test
    void missingRegionFailsAndTheRestNeedsIt() {
        System.clearProperty("aws.region");
        Finding none = check("region");
        assertThat(none.result()).isEqualTo(Result.FAIL);
        assertThat(none.remedy()).isEqualTo("set it to the cluster's region");
        assertThat(check("EKS Auth").result()).isEqualTo(Result.SKIPPED);
    }

    @Test
    void wayIsToldWithAddressesAndIssuer() throws IOException, GeneralSecurityException {
        assertThat(check("EKS Auth")).isEqualTo(Finding.ok("127.0.0.1 (127.0.0.1), without TLS"));
        TestAuthority authority = TestAuthority.named("corporate", folder);
        try (HttpPeer secured = new HttpPeer(authority)) {
            flags.put("agent.endpoint", secured.address().toString());
            Finding untrusted = check("EKS Auth");
            assertThat(untrusted.result()).isEqualTo(Result.FAIL);
            assertThat(untrusted.seen()).contains("TLS fails", "certificate is by CN=corporate");
            assertThat(untrusted.remedy()).contains("AWS_CA_BUNDLE");
            flags.put("agent.ca-bundle", authority.pem().toString());
            assertThat(check("EKS Auth"))
                    .isEqualTo(Finding.ok("127.0.0.1 (127.0.0.1), certificate by CN=corporate"));
        }
    }

    @Test
    void proxyIsNamedWithoutItsPassword() throws IOException {
        try (ProxyPeer proxy = new ProxyPeer("eks-auth.test")) {
            flags.put("agent.endpoint", "http://eks-auth.test:" + eksAuth.port());
            environment.put(
                    "HTTP_PROXY", "http://user:hidden@127.0.0.1:" + proxy.address().getPort());
            Finding way = check("EKS Auth");
            assertThat(way.result()).isEqualTo(Result.OK);
            assertThat(way.seen())
                    .contains("through the proxy " + proxy.address())
                    .doesNotContain("hidden");
        }
        Finding gone = check("EKS Auth");
        assertThat(gone.result()).isEqualTo(Result.FAIL);
        assertThat(gone.remedy()).contains("name eks-auth.test in NO_PROXY");
    }

    @Test
    void nameWithoutAddressAndClosedPortAreTold() {
        flags.put("agent.endpoint", "http://eks-auth.invalid");
        assertThat(check("EKS Auth").seen()).contains("eks-auth.invalid: no address");
        URI closed = eksAuth.address();
        eksAuth.close();
        flags.put("agent.endpoint", closed.toString());
        assertThat(check("EKS Auth").seen()).contains("no connection");
        assertThat(check("clock").result()).isEqualTo(Result.SKIPPED);
    }
}
