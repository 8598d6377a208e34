package io.podidentity.auth.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.exchange.Callers.Decision;
import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import io.podidentity.harness.TestClock;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Agents that are known by their own service account's token. */
class TokenCallersTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final TestClock clock = new TestClock(NOW);

    private final Callers callers =
            new KnownCallers(
                    null,
                    new TokenCallers(
                            List.of(verifier(TestKeys.RSA), verifier(TestKeys.EC256)),
                            Set.of("kube-system/agent"),
                            clock),
                    false);

    static Stream<Arguments> tokens() {
        return Stream.of(
                Arguments.of("an agent's", own(), null),
                Arguments.of("of another cluster that it serves", own().key(TestKeys.EC256), null),
                Arguments.of(
                        "for EKS Auth",
                        own().audience(TokenRules.EKS_AUDIENCE),
                        "UnrecognizedClientException"),
                Arguments.of(
                        "for the API server",
                        own().audience("https://kubernetes.default.svc"),
                        "UnrecognizedClientException"),
                Arguments.of(
                        "of another service account",
                        own().pod("kube-system", "other", "p", "u"),
                        "AccessDeniedException"),
                Arguments.of(
                        "of that name elsewhere",
                        own().pod("shop", "agent", "p", "u"),
                        "AccessDeniedException"),
                Arguments.of(
                        "of a cluster that it does not serve",
                        own().key(TestKeys.FOREIGN_RSA),
                        "UnrecognizedClientException"),
                Arguments.of(
                        "expired",
                        own().expiresAt(NOW.minusSeconds(60)),
                        "UnrecognizedClientException"),
                Arguments.of(
                        "not valid yet",
                        own().notBefore(NOW.plusSeconds(60)),
                        "UnrecognizedClientException"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokens")
    void tokenOf(String what, TestTokens token, @Nullable String code) {
        Decision decision = check("Bearer " + token.sign(), Permission.EXCHANGE);

        if (code == null) {
            assertThat(decision)
                    .isEqualTo(new Allowed("service account kube-system/agent, pod agent-x"));
        } else {
            assertThat(decision)
                    .isInstanceOfSatisfying(
                            Denied.class,
                            denied -> {
                                assertThat(denied.error().code()).isEqualTo(code);
                                assertThat(denied.message()).doesNotContain(token.sign());
                            });
        }
    }

    @Test
    void forgedTokenIsRefused() {
        String genuine = own().sign();
        String forged =
                genuine.substring(0, genuine.lastIndexOf('.') + 1)
                        + "A".repeat(genuine.length() - genuine.lastIndexOf('.') - 1);

        assertThat(check("Bearer " + forged, Permission.EXCHANGE)).isInstanceOf(Denied.class);
        assertThat(check("Bearer ", Permission.EXCHANGE)).isInstanceOf(Denied.class);
        assertThat(check("Bearer a.b.c", Permission.EXCHANGE)).isInstanceOf(Denied.class);
    }

    @Test
    void nobodyChangesAssociationsWithAToken() {
        assertThat(check("Bearer " + own().sign(), Permission.ASSOCIATIONS))
                .isInstanceOfSatisfying(
                        Denied.class,
                        denied -> assertThat(denied.message()).contains("need a signature"));
    }

    @Test
    void isNobodyWithoutAToken() {
        assertThat(callers.check(call(Map.of()), Permission.EXCHANGE)).isInstanceOf(Denied.class);
    }

    /** Else agents would think that it is they who are refused. */
    @Test
    void keysThatCannotBeHadAreNoFaultOfTheCaller() {
        TokenVerifier away = token -> new TokenVerifier.Verdict.Unverifiable("no keys yet");
        TokenCallers tokens =
                new TokenCallers(
                        List.of(away, verifier(TestKeys.EC256)),
                        Set.of("kube-system/agent"),
                        clock);

        assertThat(tokens.check("Bearer " + own().sign()))
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.error().status()).isEqualTo(503));
        assertThat(tokens.check("Bearer " + own().key(TestKeys.EC256).sign()))
                .isInstanceOf(Allowed.class);
    }

    private static TestTokens own() {
        return TestTokens.at(NOW.minus(Duration.ofMinutes(1)))
                .pod("kube-system", "agent", "agent-x", "uid-of-agent-x")
                .audience(TokenCallers.AUDIENCE);
    }

    private TokenVerifier verifier(TestKeys key) {
        try {
            return new JwtTokenVerifier(
                    KeySet.parse(TestKeys.jwks(key)),
                    new TokenRules(null, Set.of(TokenCallers.AUDIENCE)),
                    clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Decision check(String authorization, Permission wanted) {
        return callers.check(call(Map.of("authorization", List.of(authorization))), wanted);
    }

    private static Call call(Map<String, List<String>> headers) {
        return new Call("POST", true, "/", headers, Buffer.buffer(), null);
    }
}
