package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenVerifier.Verdict;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TokenReview over TLS, as the API server answers it. */
class ReviewedTokensTest {

    private static final String PATH = "/apis/authentication.k8s.io/v1/tokenreviews";
    private static final String ALIVE =
            """
            {"kind": "TokenReview", "status": {"authenticated": true,
             "audiences": ["pods.eks.amazonaws.com"],
             "user": {"username": "system:serviceaccount:shop:orders"}}}""";

    @TempDir static Path shared;
    private static Vertx vertx;
    private static HttpServer server;
    private static TestAuthority authority;
    private static volatile int status = 201;
    private static volatile String answer = ALIVE;
    private static final List<JsonObject> REVIEWS = new CopyOnWriteArrayList<>();
    private static final List<String> AUTHORIZATIONS = new CopyOnWriteArrayList<>();

    @TempDir Path account;

    @BeforeAll
    static void serve() throws Exception {
        authority = TestAuthority.in(shared);
        vertx = Vertx.vertx();
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost("127.0.0.1")
                                        .setPort(0)
                                        .setSsl(true)
                                        .setKeyCertOptions(
                                                new PfxOptions()
                                                        .setPath(authority.store().toString())
                                                        .setPassword(TestAuthority.PASSWORD)))
                        .requestHandler(ReviewedTokensTest::review);
        server.listen().toCompletionStage().toCompletableFuture().join();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void beAnApiServer() throws IOException {
        REVIEWS.clear();
        AUTHORIZATIONS.clear();
        status = 201;
        answer = ALIVE;
        Files.copy(authority.pem(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("token"), "own-token\n");
    }

    @Test
    void asksAboutTheTokenAsTheServicesOwnAccount() {
        ServiceAccountToken token = token();

        assertThat(verify(token, new Genuine())).isEqualTo(new Genuine());

        assertThat(AUTHORIZATIONS).containsExactly("Bearer own-token");
        JsonObject review = REVIEWS.getFirst();
        assertThat(review.getString("apiVersion")).isEqualTo("authentication.k8s.io/v1");
        assertThat(review.getString("kind")).isEqualTo("TokenReview");
        assertThat(review.getJsonObject("spec").getString("token")).isEqualTo(token.raw());
        assertThat(review.getJsonObject("spec").getJsonArray("audiences"))
                .containsExactly("pods.eks.amazonaws.com");
    }

    @Test
    void refusesTheTokenOfADeletedPod() {
        answer =
                """
                {"status": {"authenticated": false, "error": "pod orders-7d4b not found"}}""";

        assertThat(verify(token(), new Genuine())).isInstanceOf(Refused.class);
    }

    @Test
    void refusesWhatTheClusterTakesForAnothersToken() {
        answer = ALIVE.replace("shop:orders", "shop:billing");

        assertThat(verify(token(), new Genuine())).isInstanceOf(Refused.class);
    }

    @Test
    void refusesWhatTheClusterTakesForATokenForSomebodyElse() {
        answer = ALIVE.replace("pods.eks.amazonaws.com", "vault");

        assertThat(verify(token(), new Genuine()))
                .isEqualTo(new Refused("its audience is not pods.eks.amazonaws.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"audiences\": [],", "\"audiences\": \"pods.eks.amazonaws.com\","})
    void cannotTellWhereTheApiServerDoesNotLookAtAudiences(String said) {
        answer = ALIVE.replace("\"audiences\": [\"pods.eks.amazonaws.com\"],", said);

        assertThat(verify(token(), new Genuine()))
                .isEqualTo(new Unverifiable("the API server does not look at audiences"));
    }

    @Test
    void cannotTellWhereTheApiServerAuthenticatesButNamesAnError() {
        answer = ALIVE.replace("\"user\"", "\"error\": \"a webhook timed out\", \"user\"");

        assertThat(verify(token(), new Genuine())).isInstanceOf(Unverifiable.class);
    }

    @Test
    void asksNothingAboutAForgedToken() {
        assertThat(verify(token(), new Refused("forged"))).isEqualTo(new Refused("forged"));
        assertThat(REVIEWS).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"403 | {}", "500 | {}", "201 | {}", "201 | nothing", "201 | {\"status\": 1}"})
    void cannotTellWhileTheApiServerDoesNotAnswerAsItShould(int code, String body) {
        status = code;
        answer = body;

        Verdict verdict = verify(token(), new Genuine());

        assertThat(verdict).isInstanceOf(Unverifiable.class);
        assertThat(verdict.toString()).doesNotContain("eyJ").doesNotContain("own-token");
    }

    private Verdict verify(ServiceAccountToken token, Verdict first) {
        URI address = URI.create("https://127.0.0.1:" + server.actualPort());
        return new ReviewedTokens(
                        any -> first, new ApiServer(address, account, Duration.ofSeconds(30)))
                .verify(token);
    }

    private static ServiceAccountToken token() {
        String raw = TestTokens.at(Instant.now().minusSeconds(5)).sign();
        return ((Current) new TokenReader(Clock.systemUTC()).read(raw)).token();
    }

    private static void review(HttpServerRequest request) {
        AUTHORIZATIONS.add(String.valueOf(request.getHeader("Authorization")));
        request.body()
                .onSuccess(
                        body -> {
                            REVIEWS.add(body.toJsonObject());
                            boolean known =
                                    request.path().equals(PATH)
                                            && request.method().name().equals("POST");
                            request.response()
                                    .setStatusCode(known ? status : 404)
                                    .end(known ? answer : "");
                        });
    }
}
