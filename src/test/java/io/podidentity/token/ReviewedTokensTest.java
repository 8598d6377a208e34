package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenVerifier.Verdict;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

    private static final String REVIEW = "POST /apis/authentication.k8s.io/v1/tokenreviews";
    private static final String ALIVE =
            """
            {"kind": "TokenReview", "status": {"authenticated": true,
             "audiences": ["pods.eks.amazonaws.com"],
             "user": {"username": "system:serviceaccount:shop:orders"}}}""";

    @TempDir static Path shared;
    private static HttpPeer server;
    private static TestAuthority authority;

    @TempDir Path account;

    @BeforeAll
    static void serve() throws Exception {
        authority = TestAuthority.in(shared);
        server = new HttpPeer(authority);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void beAnApiServer() throws IOException {
        server.reset();
        answer(ALIVE);
        Files.copy(authority.pem(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("token"), "own-token\n");
    }

    @Test
    void asksAboutTheTokenAsTheServicesOwnAccount() {
        ServiceAccountToken token = token();

        assertThat(verify(token, new Genuine())).isEqualTo(new Genuine());

        assertThat(server.requests()).hasSize(1);
        Request request = server.requests().getFirst();
        assertThat(request.header("Authorization")).isEqualTo("Bearer own-token");
        JsonObject review = new JsonObject(request.body());
        assertThat(review.getString("apiVersion")).isEqualTo("authentication.k8s.io/v1");
        assertThat(review.getString("kind")).isEqualTo("TokenReview");
        assertThat(review.getJsonObject("spec").getString("token")).isEqualTo(token.raw());
        assertThat(review.getJsonObject("spec").getJsonArray("audiences"))
                .containsExactly("pods.eks.amazonaws.com");
    }

    @Test
    void refusesTheTokenOfADeletedPod() {
        answer(
                """
                {"status": {"authenticated": false, "error": "pod orders-7d4b not found"}}""");

        assertThat(verify(token(), new Genuine())).isInstanceOf(Refused.class);
    }

    @Test
    void refusesWhatTheClusterTakesForAnothersToken() {
        answer(ALIVE.replace("shop:orders", "shop:billing"));

        assertThat(verify(token(), new Genuine())).isInstanceOf(Refused.class);
    }

    @Test
    void refusesWhatTheClusterTakesForATokenForSomebodyElse() {
        answer(ALIVE.replace("pods.eks.amazonaws.com", "vault"));

        assertThat(verify(token(), new Genuine()))
                .isEqualTo(new Refused("its audience is not pods.eks.amazonaws.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"audiences\": [],", "\"audiences\": \"pods.eks.amazonaws.com\","})
    void cannotTellWhereTheApiServerDoesNotLookAtAudiences(String said) {
        answer(ALIVE.replace("\"audiences\": [\"pods.eks.amazonaws.com\"],", said));

        assertThat(verify(token(), new Genuine()))
                .isEqualTo(new Unverifiable("the API server does not look at audiences"));
    }

    @Test
    void cannotTellWhereTheApiServerAuthenticatesButNamesAnError() {
        answer(ALIVE.replace("\"user\"", "\"error\": \"a webhook timed out\", \"user\""));

        assertThat(verify(token(), new Genuine())).isInstanceOf(Unverifiable.class);
    }

    @Test
    void asksNothingAboutAForgedToken() {
        assertThat(verify(token(), new Refused("forged"))).isEqualTo(new Refused("forged"));
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"403 | {}", "500 | {}", "201 | {}", "201 | nothing", "201 | {\"status\": 1}"})
    void cannotTellWhileTheApiServerDoesNotAnswerAsItShould(int code, String body) {
        server.on(REVIEW, Answer.of(code, body));

        Verdict verdict = verify(token(), new Genuine());

        assertThat(verdict).isInstanceOf(Unverifiable.class);
        assertThat(verdict.toString()).doesNotContain("eyJ").doesNotContain("own-token");
    }

    /** At the start, before anybody has a token to exchange. */
    @Test
    void saysWhatIsMissingWhereItMayNotReviewTokens() {
        server.on(REVIEW, Answer.of(403, "{}"));

        assertThatThrownBy(() -> reviewed(new Genuine()).checkPermission())
                .hasMessageContaining("may not review tokens")
                .hasMessageContaining("system:auth-delegator");
        assertThat(verify(token(), new Genuine()).toString()).contains("system:auth-delegator");
    }

    @Test
    void rehearsesWithoutAToken() throws IOException {
        reviewed(new Genuine()).checkPermission();

        assertThat(server.requests()).hasSize(1);
        assertThat(new JsonObject(server.requests().getFirst().body()).getJsonObject("spec"))
                .isEqualTo(
                        new JsonObject()
                                .put("token", "none")
                                .put("audiences", new JsonArray().add("pods.eks.amazonaws.com")));
    }

    private Verdict verify(ServiceAccountToken token, Verdict first) {
        return reviewed(first).verify(token);
    }

    private ReviewedTokens reviewed(Verdict first) {
        return new ReviewedTokens(
                any -> first, new ApiServer(server.address(), account, Duration.ofSeconds(30)));
    }

    private static ServiceAccountToken token() {
        String raw = TestTokens.at(Instant.now().minusSeconds(5)).sign();
        return ((Current) new TokenReader(Clock.systemUTC()).read(raw)).token();
    }

    private static void answer(String review) {
        server.on(REVIEW, Answer.of(201, review));
    }
}
