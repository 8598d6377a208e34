package io.podidentity.agent.eksauth;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodCredentials;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.aws.OutboundSdkClient;
import io.podidentity.config.AgentConfig;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.tls.Trust;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;

/** What one try makes of EKS Auth's answers; retries and the like are in EksAuthQuarkusTest. */
class EksAuthSourceTest {

    private static final CredentialRequest REQUEST =
            new CredentialRequest(
                    "the.pods.token", new PodIdentity("shop", "orders", "orders-0", "uid-0"));

    private static final String NOT_OF_THE_CLUSTER =
            ". The token must be one of cluster shop-cluster for pods.eks.amazonaws.com";

    private static HttpPeer peer;
    private static EksAuthClient client;
    private static EksAuthSource source;
    private static final Recorded EVENTS = new Recorded();

    @BeforeAll
    static void start() {
        peer = new HttpPeer().answer(EksAuthAnswers.issued());
        AgentConfig config = TestConfig.with(Map.of("agent.endpoint", peer.address().toString()));
        NodeCredentials signer =
                new NodeCredentials(
                        () ->
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("AKIANODE", "node-secret")),
                        old -> {},
                        Duration.ofSeconds(1),
                        System::nanoTime);
        client =
                AwsClients.builder(config)
                        .region(Region.EU_WEST_1)
                        .credentialsProvider(signer)
                        .httpClient(
                                new OutboundSdkClient(
                                        new HttpClient(
                                                Proxies.NONE,
                                                Trust.system(),
                                                AwsClients.CONNECT_TIMEOUT,
                                                AwsClients.TRY_TIMEOUT)))
                        .build();
        source =
                new EksAuthSource(
                        new EksAuthCalls(client, signer, config, EVENTS, Clock.systemUTC()));
        source.fetch(REQUEST); // Cold, the first call takes longer than a try may.
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        peer.close();
    }

    @BeforeEach
    void reset() {
        peer.reset().answer(EksAuthAnswers.issued());
        EVENTS.results.clear();
    }

    @Test
    void asksForTheClusterWithTheTokenInASignedRequest() {
        source.fetch(REQUEST);
        Request request = peer.requests().getFirst();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target())
                .isEqualTo("/clusters/shop-cluster/assume-role-for-pod-identity");
        assertThat(request.body()).isEqualTo("{\"token\":\"the.pods.token\"}");
        assertThat(request.header("Authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIANODE/")
                .contains("/eu-west-1/eks-auth/aws4_request");
    }

    @Test
    void successIsIssuedWithTheAccountOfTheRole() {
        assertThat(source.fetch(REQUEST))
                .isEqualTo(
                        new Issued(
                                new PodCredentials(
                                        "ASIAEXAMPLE",
                                        "secret-key",
                                        "session-token",
                                        "123456789012",
                                        EksAuthAnswers.EXPIRES),
                                new Association(
                                        "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/shop/a-1",
                                        "a-1",
                                        "arn:aws:sts::123456789012:assumed-role/orders/eks-shop-orders",
                                        "shop",
                                        "orders"),
                                EksAuthAnswers.REQUEST_ID));
        assertThat(EVENTS.results).containsExactly("tried", "Success");
    }

    @ParameterizedTest
    @CsvSource({"aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"})
    void accountIsFoundInEveryPartition(String partition) {
        peer.answer(
                EksAuthAnswers.json(
                        EksAuthAnswers.body().replace("arn:aws:sts", "arn:" + partition + ":sts")));
        assertThat(((Issued) source.fetch(REQUEST)).credentials().accountId())
                .isEqualTo("123456789012");
    }

    /** It stands in the log, where nobody may add lines or fields. */
    @ParameterizedTest
    @ValueSource(strings = {"", "UNKNOWN", "a b", "a\u001b[31m", "a\",\"pod\":\"other", "\u00e4"})
    void requestIdThatIsNoneIsLeftOut(String requestId) {
        peer.answer(
                Answer.of(
                        200,
                        EksAuthAnswers.body(),
                        "Content-Type: application/json",
                        "x-amzn-RequestId: " + requestId));

        Issued issued = (Issued) source.fetch(REQUEST);

        assertThat(issued.requestId()).isNull();
        assertThat(issued.association().id()).isEqualTo("a-1");
    }

    static Stream<Arguments> errors() {
        String told = "[" + EksAuthAnswers.REQUEST_ID + "]: (%s): it says why, fault: %s";
        String who = "service account shop/orders";
        return Stream.of(
                error(400, "InvalidRequestException", false, told, ""),
                error(400, "InvalidParameterException", false, told, ""),
                error(400, "AccessDeniedException", true, told, checkTrust(who)),
                error(400, "InvalidTokenException", true, told, NOT_OF_THE_CLUSTER),
                error(
                        400,
                        "ExpiredTokenException",
                        true,
                        told,
                        ". The client must re-read its token file"),
                error(
                        404,
                        "ResourceNotFoundException",
                        true,
                        told,
                        ". There is no pod identity association for "
                                + who
                                + " in cluster shop-cluster"),
                error(429, "ThrottlingException", false, told, ""),
                error(500, "InternalServerException", false, told, ""),
                error(503, "ServiceUnavailableException", false, told, ""),
                error(404, "UnknownOperationException", false, told, ""),
                error(404, "AccessDeniedException", false, told, checkTrust(who)),
                error(409, "InvalidTokenException", false, told, NOT_OF_THE_CLUSTER),
                error(418, "NeverHeardOfException", false, told, ""),
                error(599, "NeverHeardOfException", false, told, ""));
    }

    private static String checkTrust(String who) {
        return ". Check the trust policy of the role associated with "
                + who
                + " and that the node's role allows eks-auth:AssumeRoleForPodIdentity on cluster"
                + " shop-cluster";
    }

    private static Arguments error(
            int status, String code, boolean permanent, String told, String remedy) {
        String fault = status >= 500 ? "server" : "client";
        return Arguments.of(status, code, permanent, told.formatted(code, fault) + remedy);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void errorKeepsItsStatusCodeAndText(
            int status, String code, boolean permanent, String message) {
        peer.answer(EksAuthAnswers.error(status, code, "it says why"));
        assertThat(source.fetch(REQUEST))
                .isEqualTo(new Failed(code, status, permanent, message, null));
        assertThat(peer.requests()).hasSize(1);
    }

    /** An EKS Auth of one's own says what AWS leaves to be said. */
    @Test
    void whatTheErrorSaysItselfIsNotSaidAgain() {
        String text =
                "There is no pod identity association for service account shop/orders in cluster"
                        + " shop-cluster";
        peer.answer(EksAuthAnswers.error(404, "ResourceNotFoundException", text));

        assertThat(((Failed) source.fetch(REQUEST)).message()).containsOnlyOnce(text);
    }

    /** Whatever AWS says of the node's identity is no word about the pod, and may pass. */
    @ParameterizedTest
    @CsvSource({
        "403, AccessDeniedException, allow the node's role eks-auth:AssumeRoleForPodIdentity",
        "403, ExpiredTokenException, check the node's AWS credentials and its clock",
        "403, InvalidTokenException, check the node's AWS credentials and its clock",
        "403, ResourceNotFoundException, check the node's AWS credentials and its clock",
        "403, UnrecognizedClientException, check the node's AWS credentials and its clock",
        "403, InvalidClientTokenId, check the node's AWS credentials and its clock",
        "403, InvalidSignatureException, check the node's AWS credentials and its clock",
        "403, SignatureDoesNotMatch, check the node's AWS credentials and its clock",
        "403, MissingAuthenticationTokenException, check the node's AWS credentials and its clock",
        "403, OptInRequired, check the node's AWS credentials and its clock",
        "403, RequestTimeTooSkewed, check the node's clock",
        "403, NeverHeardOfException, check the node's AWS credentials and its clock",
        "401, NotAuthorized, check the node's AWS credentials and its clock",
        "400, UnrecognizedClientException, check the node's AWS credentials and its clock",
        "400, IncompleteSignatureException, check the node's AWS credentials and its clock",
        "400, IncompleteSignature, check the node's AWS credentials and its clock",
        "400, InvalidSignatureException, check the node's AWS credentials and its clock",
        "400, RequestExpired, check the node's clock"
    })
    void refusalOfTheAgentItselfIsNeverThePods(int status, String code, String remedy) {
        peer.answer(EksAuthAnswers.error(status, code, "it says why"));
        assertThat(source.fetch(REQUEST))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.code()).isEqualTo("SignerRefused");
                            assertThat(failed.status()).isEqualTo(503);
                            assertThat(failed.permanent()).isFalse();
                            assertThat(failed.message())
                                    .startsWith(
                                            "[" + EksAuthAnswers.REQUEST_ID + "]: (" + code + "): ")
                                    .contains(
                                            ", fault: client. EKS Auth refuses the agent itself,"
                                                    + " not the pod: ")
                                    .contains(remedy)
                                    .doesNotContain("token file", "trust policy", "association");
                        });
        assertThat(EVENTS.results).containsExactly("tried", "SignerRefused");
    }

    @Test
    void throttlingWithAnotherStatusIsThrottling() {
        peer.answer(EksAuthAnswers.error(400, "ThrottlingException", "Rate exceeded"));
        assertThat(((Failed) source.fetch(REQUEST)).status()).isEqualTo(429);
    }

    @Test
    void errorWithoutTextTypeAndRequestIdIsStillToldWell() {
        peer.answer(Answer.of(500, "", "X: y"));
        assertThat(source.fetch(REQUEST))
                .isEqualTo(
                        new Failed(
                                "Unknown",
                                500,
                                false,
                                "[no request id]: (Unknown): status 500, fault: server",
                                null));
    }

    @Test
    void errorPageOfAProxyIsToldWithoutItsHtml() {
        peer.answer(Answer.of(503, "<html>" + "x".repeat(50_000), "Content-Type: text/html"));
        assertThat(source.fetch(REQUEST))
                .isEqualTo(
                        new Failed(
                                "Unknown",
                                503,
                                false,
                                "[no request id]: (Unknown): status 503, fault: server",
                                null));
    }

    @Test
    void longErrorIsCutBecauseSomeSdksReadNoMoreThanTenThousandBytes() {
        peer.answer(EksAuthAnswers.error(400, "AccessDeniedException", "x".repeat(20_000)));
        assertThat(((Failed) source.fetch(REQUEST)).message())
                .hasSizeLessThan(2_000)
                .contains("x…, fault: client. Check the trust policy");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308, 304})
    void redirectIsNeitherFollowedNorPassedOn(int status) {
        peer.answer(Answer.of(status, "", "Location: " + peer.address() + "/elsewhere"));
        assertThat(source.fetch(REQUEST))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.status()).isEqualTo(502));
        assertThat(peer.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "0, 0", "-1,", "soon,", "'Wed, 21 Oct 2026 07:28:00 GMT',", "123456,"})
    void retryAfterIsReadInSeconds(String header, Long seconds) {
        peer.answer(
                EksAuthAnswers.error(429, "ThrottlingException", "slow", "Retry-After: " + header));
        assertThat(((Failed) source.fetch(REQUEST)).retryAfter())
                .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
    }

    static Stream<Arguments> broken() {
        String body = EksAuthAnswers.body();
        String expiration = "\"expiration\":" + EksAuthAnswers.EXPIRES.getEpochSecond();
        return Stream.of(
                Arguments.of("empty", ""),
                Arguments.of("array", "[]"),
                Arguments.of("null", "null"),
                Arguments.of("string", "\"x\""),
                Arguments.of("number", "1"),
                Arguments.of("text", "hello"),
                Arguments.of("html", "<html><body>Welcome</body></html>"),
                Arguments.of("nothing in it", "{}"),
                Arguments.of("cut off", body.substring(0, body.length() / 2)),
                Arguments.of("deep", "{\"subject\":" + "[".repeat(100_000)),
                Arguments.of("no subject", body.replace("subject", "x")),
                Arguments.of("no namespace", body.replace("namespace", "x")),
                Arguments.of("no service account", body.replace("serviceAccount", "x")),
                Arguments.of("no association", body.replace("podIdentityAssociation", "x")),
                Arguments.of("no association id", body.replace("associationId", "x")),
                Arguments.of("no role", body.replace("assumedRoleUser", "x")),
                Arguments.of("no role arn", body.replace("\"arn\"", "\"x\"")),
                Arguments.of(
                        "role arn of nobody", body.replace("arn:aws:sts::1", "arn:aws:sts::x")),
                Arguments.of("no credentials", body.replace("credentials", "x")),
                Arguments.of(
                        "credentials null",
                        body.replaceFirst("(?s)\"credentials\":\\{.*?\\}", "\"credentials\":null")),
                Arguments.of(
                        "credentials array",
                        body.replaceFirst("(?s)\"credentials\":\\{.*?\\}", "\"credentials\":[]")),
                Arguments.of("no access key", body.replace("accessKeyId", "x")),
                Arguments.of("empty secret", body.replace("\"secret-key\"", "\"\"")),
                Arguments.of("no session token", body.replace("sessionToken", "x")),
                Arguments.of("no expiration", body.replace("expiration", "x")),
                Arguments.of("expired", body.replace(expiration, "\"expiration\":1000000000")),
                Arguments.of("expiration null", body.replace(expiration, "\"expiration\":null")),
                Arguments.of(
                        "expiration text", body.replace(expiration, "\"expiration\":\"soon\"")),
                Arguments.of("expiration bool", body.replace(expiration, "\"expiration\":true")),
                Arguments.of("expiration object", body.replace(expiration, "\"expiration\":{}")),
                Arguments.of("expiration in ms", body.replace(expiration, expiration + "000")),
                Arguments.of(
                        "expiration in 400 years",
                        body.replace(
                                expiration,
                                "\"expiration\":"
                                        + EksAuthAnswers.EXPIRES
                                                .plus(Duration.ofDays(400 * 365))
                                                .getEpochSecond())),
                Arguments.of("expiration huge", body.replace(expiration, "\"expiration\":1e300")),
                Arguments.of(
                        "expiration past all", body.replace(expiration, "\"expiration\":1e999")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void brokenAnswerIsABadGateway(String name, String body) {
        peer.answer(EksAuthAnswers.json(body));
        assertThat(source.fetch(REQUEST))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.status()).isEqualTo(502);
                            assertThat(failed.code()).isEqualTo("InvalidResponse");
                            assertThat(failed.permanent()).isFalse();
                            assertThat(failed.message())
                                    .startsWith(
                                            "["
                                                    + EksAuthAnswers.REQUEST_ID
                                                    + "]: EKS Auth's answer cannot be used: ")
                                    .doesNotContain("secret-key", "session-token");
                        });
        assertThat(EVENTS.results).containsExactly("tried", "InvalidResponse");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 500\r\n\r\n{",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
                "Content-Length: 1000000\r\n\r\n{"
            })
    void answerThatBreaksOffIsABadGateway(String rest) {
        peer.answer(Answer.raw("HTTP/1.1 200 OK\r\n" + rest).thenClose());
        assertThat(((Failed) source.fetch(REQUEST)).status()).isEqualTo(502);
    }

    static Stream<Arguments> cutOff() {
        return Stream.of(
                Arguments.of("closed at once", Answer.none()),
                Arguments.of("cut off in its head", Answer.raw("HTTP/1.1 20").thenClose()),
                Arguments.of("not HTTP", Answer.raw("SSH-2.0-OpenSSH_9\r\n").thenClose()),
                Arguments.of("silent", Answer.silence()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cutOff")
    void noAnswerIsUnavailable(String name, Answer answer) {
        peer.answer(answer);
        assertThat(source.fetch(REQUEST))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.status()).isEqualTo(503);
                            assertThat(failed.permanent()).isFalse();
                            assertThat(failed.message()).startsWith("EKS Auth ");
                        });
        assertThat(peer.requests()).hasSize(1);
    }

    private static final class Recorded implements EksAuthEvents {
        private final List<String> results = new java.util.concurrent.CopyOnWriteArrayList<>();

        @Override
        public void tried() {
            results.add("tried");
        }

        @Override
        public void ended(String result, Duration took) {
            results.add(result);
        }
    }
}
