package io.podidentity.auth.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.ServedAuth;
import io.podidentity.harness.TestClock;
import io.podidentity.harness.TestTokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;

/** Signatures as the SDK makes them, and all ways to forge one. */
class SignatureCheckTest {

    private static final String NODE = "AKIANODE";
    private static final String ADMIN = "AKIAADMIN";
    private static final String SECRET = "secretOfTheNode0123";
    private static final String ADMIN_SECRET = "secretOfTheAdmin0123";
    private static final String PATH = "/clusters/dev/assume-role-for-pod-identity";

    @TempDir Path folder;
    private final TestClock clock = new TestClock(Instant.now());
    private final HttpClient http = HttpClient.newHttpClient();
    private Path callers;
    private ServedAuth served;

    @BeforeEach
    void start() throws IOException {
        Path associations =
                Files.writeString(
                        folder.resolve("associations.yaml"),
                        """
                        associations:
                          - cluster: dev
                            namespace: shop
                            serviceAccount: orders
                            roleArn: arn:aws:iam::123456789012:role/orders
                        """);
        callers =
                Files.writeString(
                        folder.resolve("callers.yaml"),
                        """
                        callers:
                          - accessKeyId: %s
                            secretAccessKey: %s
                          - accessKeyId: %s
                            secretAccessKey: %s
                            may: [associations]
                        """
                                .formatted(NODE, SECRET, ADMIN, ADMIN_SECRET));
        served =
                new ServedAuth(
                        new AssociationsFile(associations),
                        new KnownCallers(
                                new SignatureCheck(
                                        new AccessKeys(callers), ServedAuth.REGION, clock),
                                null,
                                false),
                        null,
                        clock);
    }

    @AfterEach
    void stop() {
        served.close();
        http.close();
    }

    @Test
    void nodeThatSignsIsServed() {
        assertThat(exchange(AwsBasicCredentials.create(NODE, SECRET))).startsWith("ASIA");
    }

    @Test
    void sessionTokenOfTheNodeIsPartOfWhatItSigns() {
        assertThat(exchange(AwsSessionCredentials.create(NODE, SECRET, "session/token=")))
                .startsWith("ASIA");
    }

    @Test
    void anotherSecretIsRefused() {
        var error =
                assertThrows(
                        EksAuthException.class,
                        () -> exchange(AwsBasicCredentials.create(NODE, SECRET + "x")));

        assertThat(error.statusCode()).isEqualTo(403);
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException");
        assertThat(error.getMessage()).doesNotContain(SECRET);
    }

    @Test
    void unknownKeyIsRefused() {
        var error =
                assertThrows(
                        EksAuthException.class,
                        () -> exchange(AwsBasicCredentials.create("AKIAOTHER", SECRET)));

        assertThat(error.statusCode()).isEqualTo(403);
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("UnrecognizedClientException");
    }

    @Test
    void nodeMayNotTouchAssociationsAndAnAdministratorMayNotExchange() {
        try (EksClient node = OwnAuth.eks(served.endpoint(), NODE, SECRET);
                EksClient admin = OwnAuth.eks(served.endpoint(), ADMIN, ADMIN_SECRET)) {
            var refused =
                    assertThrows(
                            EksException.class,
                            () -> node.listPodIdentityAssociations(r -> r.clusterName("dev")));

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
            assertThat(
                            admin.listPodIdentityAssociations(
                                            r -> r.clusterName("dev").namespace("shop"))
                                    .associations())
                    .hasSize(1);
        }
        assertThrows(
                EksAuthException.class,
                () -> exchange(AwsBasicCredentials.create(ADMIN, ADMIN_SECRET)));
    }

    @Test
    void replayWithAnotherBodyIsRefused() throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);
        assertThat(post(signed, body()).statusCode()).isEqualTo(200);

        assertRefused(post(signed, body().replace("}", " }")), "InvalidSignatureException");
    }

    @Test
    void replayWithAnotherBodyAndItsHashIsRefused() throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);
        String other = body().replace("}", " }");
        signed.put(
                "x-amz-content-sha256",
                sign(other, clock, "eks-auth", ServedAuth.REGION).get("x-amz-content-sha256"));

        assertRefused(post(signed, other), "InvalidSignatureException");
    }

    @Test
    void replayAtAnotherPathIsRefused() throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);

        assertRefused(
                send(PATH.replace("dev", "prod"), signed, body()), "InvalidSignatureException");
        assertRefused(send(PATH + "?a=b", signed, body()), "InvalidSignatureException");
    }

    @ParameterizedTest
    @CsvSource({"-299, 200", "-301, 403", "299, 200", "301, 403"})
    void signatureIsGoodForFiveMinutes(long seconds, int status) throws Exception {
        Clock theirs = Clock.offset(clock, Duration.ofSeconds(seconds));
        Clock fixed = Clock.fixed(theirs.instant(), ZoneOffset.UTC);

        assertThat(post(sign(body(), fixed, "eks-auth", ServedAuth.REGION), body()).statusCode())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"eks, eu-west-1", "sts, eu-west-1", "eks-auth, us-east-1"})
    void signatureForAnotherPlaceIsRefused(String service, String region) throws Exception {
        HttpResponse<String> answer = post(sign(body(), clock, service, region), body());

        assertRefused(answer, "InvalidSignatureException");
        assertThat(answer.body()).contains("Credential should be scoped to");
    }

    @Test
    void newDateOnAnOldSignatureIsRefused() throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);
        clock.advance(Duration.ofMinutes(10));
        signed.put(
                "X-Amz-Date", sign(body(), clock, "eks-auth", ServedAuth.REGION).get("X-Amz-Date"));

        assertRefused(post(signed, body()), "InvalidSignatureException");
    }

    @Test
    void callWithoutASignatureIsRefused() throws Exception {
        assertRefused(post(Map.of(), body()), "MissingAuthenticationTokenException");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Bearer x",
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
            })
    void brokenHeaderIsRefused(String header) throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);
        signed.put("Authorization", header);

        assertRefused(post(signed, body()), "IncompleteSignatureException");
    }

    @Test
    void hostAndDateMustBeSigned() throws Exception {
        Map<String, String> signed = sign(body(), clock, "eks-auth", ServedAuth.REGION);
        signed.computeIfPresent("Authorization", (name, text) -> text.replace("host;", ""));

        assertRefused(post(signed, body()), "IncompleteSignatureException");
    }

    @Test
    void keyThatIsTakenOutOfTheFileIsRefusedAndABrokenEditChangesNothing() throws Exception {
        Files.writeString(callers, "callers: [");
        later();
        assertThat(exchange(AwsBasicCredentials.create(NODE, SECRET))).startsWith("ASIA");

        Files.writeString(callers, "callers: []\n");
        Files.setLastModifiedTime(
                callers, java.nio.file.attribute.FileTime.from(Instant.now().plusSeconds(20)));
        assertThrows(
                EksAuthException.class, () -> exchange(AwsBasicCredentials.create(NODE, SECRET)));
    }

    private void later() throws IOException {
        Files.setLastModifiedTime(
                callers, java.nio.file.attribute.FileTime.from(Instant.now().plusSeconds(10)));
    }

    private String exchange(AwsCredentials credentials) {
        try (EksAuthClient client =
                EksAuthClient.builder()
                        .endpointOverride(served.endpoint())
                        .region(Region.EU_WEST_1)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        .build()) {
            return client.assumeRoleForPodIdentity(
                            r -> r.clusterName("dev").token(TestTokens.at(clock.instant()).sign()))
                    .credentials()
                    .accessKeyId();
        }
    }

    private String body() {
        return "{\"token\":\"" + TestTokens.at(clock.instant().minusSeconds(5)).sign() + "\"}";
    }

    /** As the SDK's newer signer does, by the clock of the client. */
    private Map<String, String> sign(String body, Clock theirs, String service, String region) {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(served.endpoint().resolve(PATH))
                        .putHeader("Content-Type", "application/json")
                        .build();
        Map<String, List<String>> headers =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(AwsBasicCredentials.create(NODE, SECRET))
                                                .request(request)
                                                .payload(
                                                        () ->
                                                                new ByteArrayInputStream(
                                                                        body.getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)))
                                                .putProperty(
                                                        AwsV4HttpSigner.SERVICE_SIGNING_NAME,
                                                        service)
                                                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                                                .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, theirs))
                        .request()
                        .headers();
        Map<String, String> one = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> one.put(name, values.getFirst()));
        Set.of("Host").forEach(one::remove);
        return one;
    }

    private HttpResponse<String> post(Map<String, String> headers, String body) throws Exception {
        return send(PATH, headers, body);
    }

    private HttpResponse<String> send(String path, Map<String, String> headers, String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(served.endpoint() + path))
                        .POST(BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static void assertRefused(HttpResponse<String> answer, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
        assertThat(answer.body()).startsWith("{\"message\":").doesNotContain("eyJ");
    }
}
