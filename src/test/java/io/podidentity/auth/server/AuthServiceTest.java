package io.podidentity.auth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.auth.exchange.Refusal;
import io.podidentity.auth.exchange.SessionIssuer;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.schedule.Background;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.KeySource;
import io.podidentity.token.TokenRules;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.AccessDeniedException;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;
import software.amazon.awssdk.services.eksauth.model.ExpiredTokenException;
import software.amazon.awssdk.services.eksauth.model.InternalServerException;
import software.amazon.awssdk.services.eksauth.model.InvalidParameterException;
import software.amazon.awssdk.services.eksauth.model.InvalidRequestException;
import software.amazon.awssdk.services.eksauth.model.InvalidTokenException;
import software.amazon.awssdk.services.eksauth.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eksauth.model.ServiceUnavailableException;
import software.amazon.awssdk.services.eksauth.model.ThrottlingException;

/** The service over HTTP, as the AWS SDK's own client sees it. */
class AuthServiceTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.700Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Duration LIFETIME = Duration.ofHours(6);
    private static final String ORDERS =
            """
            associations:
              - cluster: dev
                namespace: shop
                serviceAccount: orders
                roleArn: arn:aws:iam::123456789012:role/team/orders
            """;
    private static Vertx vertx;
    private static HttpClient http;

    @TempDir Path folder;
    private Path file;
    private AssociationStore associations;
    private SessionIssuer issuer = new DevelopmentSessions(LIFETIME, CLOCK, new Random(1));
    private KeySource keys;
    private AuthService service;
    private URI endpoint;
    private EksAuthClient client;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void close() {
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void serve() throws IOException {
        file = Files.writeString(folder.resolve("associations.yaml"), ORDERS);
        associations = new AssociationsFile(file);
        keys = KeySet.parse(TestKeys.jwks(TestKeys.RSA));
        start();
    }

    @AfterEach
    void stop() {
        client.close();
        service.stop().toCompletableFuture().join();
    }

    @Test
    void exchangesATokenForASession() {
        AssumeRoleForPodIdentityResponse response = assume("dev", token().sign());

        assertThat(response.subject().namespace()).isEqualTo("shop");
        assertThat(response.subject().serviceAccount()).isEqualTo("orders");
        assertThat(response.audience()).isEqualTo("pods.eks.amazonaws.com");
        assertThat(response.podIdentityAssociation().associationId()).matches("a-[0-9a-f]{17}");
        assertThat(response.podIdentityAssociation().associationArn())
                .isEqualTo(
                        "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/dev/"
                                + response.podIdentityAssociation().associationId());
        assertThat(response.assumedRoleUser().arn())
                .matches(
                        "arn:aws:sts::123456789012:assumed-role/orders/eks-dev-orders-7d4b-[0-9a-f-]{36}");
        assertThat(response.assumedRoleUser().assumeRoleId()).startsWith("AROADEVELOPMENTONLY");
    }

    /** Whoever stands before the service may read another one of the two. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST %s HTTP/1.1\r\nHost: a\r\nHost: b",
                "POST %s HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nauthorization: b",
                "POST http://b%s HTTP/1.1\r\nHost: a"
            })
    void requestThatSaysTwoThingsIsRefused(String header) throws IOException {
        try (RawConnection connection = new RawConnection("127.0.0.1", endpoint.getPort())) {
            RawConnection.Answer answer =
                    connection
                            .send(header.formatted("/clusters/dev/assume-role-for-pod-identity"))
                            .send("\r\nContent-Length: 0\r\n\r\n")
                            .read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("the request is malformed");
        }
    }

    @Test
    void issuesCredentialsThatSayTheyAreForDevelopment() {
        var credentials = assume("dev", token().sign()).credentials();

        assertThat(credentials.accessKeyId()).matches("ASIADEVELOPMENTONLY[A-Z2-7]");
        assertThat(credentials.secretAccessKey()).startsWith("development-only/").hasSize(40);
        assertThat(credentials.sessionToken()).startsWith("development-only/works-nowhere/");
        assertThat(credentials.expiration()).isEqualTo(Instant.parse("2026-11-21T18:00:00Z"));
    }

    @ParameterizedTest
    @MethodSource
    void answersWithTypedErrors(
            Class<? extends EksAuthException> type, int status, String cluster, TestTokens token) {
        var error = assertThrows(type, () -> assume(cluster, token.sign()));

        assertThat(error.statusCode()).isEqualTo(status);
        assertThat(error.requestId()).isNotBlank();
        assertThat(error.awsErrorDetails().errorMessage()).isNotBlank();
    }

    static Stream<Arguments> answersWithTypedErrors() {
        return Stream.of(
                arguments(InvalidTokenException.class, 400, "dev", token().audience("sts")),
                arguments(
                        InvalidTokenException.class, 400, "dev", token().key(TestKeys.FOREIGN_RSA)),
                arguments(InvalidTokenException.class, 400, "dev", token().issuer("https://other")),
                arguments(
                        InvalidTokenException.class,
                        400,
                        "dev",
                        token().notBefore(NOW.plusSeconds(60))),
                arguments(ExpiredTokenException.class, 400, "dev", token().expiresAt(NOW)),
                arguments(InvalidParameterException.class, 400, "-dev", token()),
                arguments(ResourceNotFoundException.class, 404, "prod", token()),
                arguments(ResourceNotFoundException.class, 404, "unknown", token()),
                arguments(
                        ResourceNotFoundException.class,
                        404,
                        "dev",
                        token().pod("shop", "billing", "billing-0", "uid-1")));
    }

    @Test
    void saysWhichAssociationIsMissing() {
        assertThatThrownBy(() -> assume("prod", token().sign()))
                .hasMessageContaining("service account shop/orders in cluster prod");
    }

    @Test
    void refusesWhatIsNoToken() {
        assertThrows(InvalidTokenException.class, () -> assume("dev", "hello"));
    }

    @ParameterizedTest
    @MethodSource
    void saysOnceWhatIsWrongWithAToken(String token, String text) {
        assertThat(
                        assertThrows(EksAuthException.class, () -> assume("dev", token))
                                .awsErrorDetails()
                                .errorMessage())
                .isEqualTo("The service account token " + text);
    }

    static Stream<Arguments> saysOnceWhatIsWrongWithAToken() {
        return Stream.of(
                arguments(token().expiresAt(NOW).sign(), "is expired since 2026-11-21T12:00:00Z"),
                arguments(
                        token().notBefore(NOW.plusSeconds(60)).sign(),
                        "is not valid yet, but from 2026-11-21T12:01:00Z"),
                arguments("hello", "contains an invalid number of segments: 1 instead of 3"),
                arguments("x.y.z", "is malformed: its parts are not those of a JWT"),
                arguments(
                        token().audience("sts").sign(),
                        "is invalid: its audience is not pods.eks.amazonaws.com"));
    }

    @ParameterizedTest
    @EnumSource
    void passesTheIssuersErrorsOn(ErrorType type) {
        issuer = (association, token) -> new Refusal(type, "the issuer's words");
        restart();

        var error = assertThrows(EksAuthException.class, () -> assume("dev", token().sign()));

        assertThat(error.statusCode()).isEqualTo(type.status());
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo(type.code());
        assertThat(error.awsErrorDetails().errorMessage()).isEqualTo("the issuer's words");
        assertThat(error).isInstanceOf(modelled(type));
    }

    @Test
    void hidesItsOwnFailures() {
        issuer =
                (association, token) -> {
                    throw new IllegalStateException("inner workings");
                };
        restart();

        var error =
                assertThrows(InternalServerException.class, () -> assume("dev", token().sign()));

        assertThat(error.awsErrorDetails().errorMessage()).doesNotContain("inner workings");
    }

    @Test
    void isUnavailableWhileItHasNoKeys() {
        keys = keyId -> new KeySource.Lookup.Unavailable("no keys yet");
        restart();

        assertThatThrownBy(() -> assume("dev", token().sign()))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("no keys yet");
    }

    @Test
    void seesAnAssociationThatIsTakenAwayAndGivenBack() throws IOException {
        assume("dev", token().sign());

        Files.writeString(file, "associations: []\n");
        assertThrows(ResourceNotFoundException.class, () -> assume("dev", token().sign()));

        Files.writeString(file, ORDERS);
        assertThat(assume("dev", token().sign()).credentials()).isNotNull();
    }

    @Test
    void keepsTheLastGoodAssociationsThroughABrokenEdit() throws IOException {
        assume("dev", token().sign());

        Files.writeString(file, ORDERS.replace("    namespace", " namespace"));

        assertThat(assume("dev", token().sign()).credentials()).isNotNull();
    }

    @Test
    void ignoresFieldsOfNewerClients() throws Exception {
        var response =
                post(
                        "/clusters/dev/assume-role-for-pod-identity",
                        """
                        {"instanceId":"i-1","token":"%s","zone":{"a":[1]}}"""
                                .formatted(token().sign()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"expiration\":1795284000}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"token\":\"\"}", "{\"token\":1}", "{\"token\":null}"})
    void asksForAToken(String body) throws Exception {
        assertError(
                post("/clusters/dev/assume-role-for-pod-identity", body),
                400,
                "InvalidParameterException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "token", "{\"token\":", "1", ""})
    void refusesABodyThatIsNoJsonObject(String body) throws Exception {
        assertError(
                post("/clusters/dev/assume-role-for-pod-identity", body),
                400,
                "InvalidRequestException");
    }

    @Test
    void refusesALargeBody() throws Exception {
        assertError(
                post("/clusters/dev/assume-role-for-pod-identity", " ".repeat(70_000)),
                413,
                "InvalidRequestException");
    }

    @Test
    void refusesOtherMethods() throws Exception {
        assertError(
                send(request("/clusters/dev/assume-role-for-pod-identity").GET()),
                405,
                "InvalidRequestException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/clusters/dev", "/clusters//assume-role-for-pod-identity", "/x"})
    void hasNothingAtOtherPaths(String path) throws Exception {
        assertError(post(path, "{}"), 404, "InvalidRequestException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", "not a host"})
    void refusesToListenBeyondLoopback(String host) {
        assertThatThrownBy(() -> AuthServiceSettings.local(host, 0, "eu-west-1"))
                .hasMessageContaining("loopback only")
                .hasMessageContaining(host);
    }

    @Test
    void freesItsPortWhenItStops() {
        int port = endpoint.getPort();
        service.stop().toCompletableFuture().join();

        // The JVM closes a socket when its selector looks next.
        await().ignoreExceptionsInstanceOf(CompletionException.class)
                .until(
                        () -> {
                            service = service(port);
                            return service.start().toCompletableFuture().join();
                        },
                        bound -> bound == port);
    }

    private void restart() {
        stop();
        start();
    }

    private void start() {
        service = service(0);
        int port = service.start().toCompletableFuture().join();
        endpoint = URI.create("http://127.0.0.1:" + port);
        client =
                EksAuthClient.builder()
                        .endpointOverride(endpoint)
                        .region(Region.EU_WEST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("node", "secret")))
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .overrideConfiguration(
                                configuration ->
                                        configuration.retryStrategy(
                                                DefaultRetryStrategy.doNotRetry()))
                        .build();
    }

    private AuthService service(int port) {
        var rules = new TokenRules(TestTokens.ISSUER, Set.of(TokenRules.EKS_AUDIENCE));
        var verifier = new JwtTokenVerifier(keys, rules, CLOCK);
        var settings = AuthServiceSettings.local("127.0.0.1", port, "eu-west-1");
        return new AuthService(
                vertx,
                settings,
                new AuthParts(
                        new Exchange(
                                Map.of("dev", verifier, "prod", verifier)::get,
                                associations,
                                issuer,
                                CLOCK),
                        new AssociationsApi(
                                Set.of("dev", "prod"), associations, settings.region(), CLOCK),
                        new LocalCallers("127.0.0.1"),
                        AuthEvents.NONE),
                Background.PLATFORM);
    }

    private AssumeRoleForPodIdentityResponse assume(String cluster, String token) {
        return client.assumeRoleForPodIdentity(
                request -> request.clusterName(cluster).token(token));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(endpoint.resolve(path));
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static void assertError(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
        assertThat(response.headers().firstValue("x-amzn-RequestId")).isPresent();
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.body()).startsWith("{\"message\":\"");
    }

    private static Class<? extends EksAuthException> modelled(ErrorType type) {
        return switch (type) {
            case INVALID_REQUEST -> InvalidRequestException.class;
            case INVALID_PARAMETER -> InvalidParameterException.class;
            case ACCESS_DENIED -> AccessDeniedException.class;
            case INVALID_TOKEN -> InvalidTokenException.class;
            case EXPIRED_TOKEN -> ExpiredTokenException.class;
            case RESOURCE_NOT_FOUND -> ResourceNotFoundException.class;
            case THROTTLING -> ThrottlingException.class;
            case INTERNAL_SERVER -> InternalServerException.class;
            case SERVICE_UNAVAILABLE -> ServiceUnavailableException.class;
        };
    }

    private static TestTokens token() {
        return TestTokens.at(NOW.minusSeconds(60));
    }
}
