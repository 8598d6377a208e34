package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodCredentials;
import io.podidentity.harness.TestTokens;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.TokenReading.Current;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every forgery, tried on the cached credentials of the pod that it claims to be. */
class ForgedTokensAtTheCacheTest {

    private final TokenReader reader = new TokenReader(JwtTokenVerifierTest.CLOCK);
    private final SystemTimeline timeline = new SystemTimeline(JwtTokenVerifierTest.CLOCK);
    private final String genuine = TestTokens.at(JwtTokenVerifierTest.NOW).sign();
    private final AtomicInteger calls = new AtomicInteger();
    private final CredentialCache cache =
            new CredentialCache(
                    this::eksAuth,
                    new JwtTokenVerifier(
                            JwtTokenVerifierTest.CLUSTER,
                            JwtTokenVerifierTest.RULES,
                            JwtTokenVerifierTest.CLOCK),
                    CacheSettings.of(Duration.ofHours(3), 10, 3),
                    timeline,
                    Runnable::run,
                    new Random(1),
                    SealedEntries.NONE,
                    CacheEvents.NONE);

    @BeforeEach
    void cacheThePod() {
        assertThat(ask(genuine).outcome()).isInstanceOf(Issued.class);
        assertThat(ask(genuine).origin()).isEqualTo(Origin.HIT);
    }

    @AfterEach
    void stop() {
        timeline.close();
    }

    @ParameterizedTest
    @MethodSource("io.podidentity.token.JwtTokenVerifierTest#refusesForgeries")
    void forgeryNeverGetsTheCredentialsOfACachedPod(String raw) {
        assertThat(cache.recall(raw)).isEmpty();
        if (reader.read(raw) instanceof Current) {
            assertThat(ask(raw).outcome()).isInstanceOf(Failed.class);
        }
        // Nor does it spoil the entry for the pod itself.
        assertThat(ask(genuine).origin()).isEqualTo(Origin.HIT);
    }

    @Test
    void renewedTokenOfThePodIsAnsweredFromMemory() {
        String renewed =
                TestTokens.at(JwtTokenVerifierTest.NOW).claim("jti", "the next one").sign();
        assertThat(ask(renewed).outcome()).isInstanceOf(Issued.class);
        assertThat(calls).hasValue(1);
    }

    private Answer ask(String raw) {
        Current current = (Current) reader.read(raw);
        return cache.get(current.token(), "10.0.0.1").toCompletableFuture().join();
    }

    /** Knows the one genuine token, and refuses all others as EKS Auth does. */
    private CredentialOutcome eksAuth(CredentialRequest request) {
        calls.incrementAndGet();
        return request.token().equals(genuine)
                ? new Issued(
                        new PodCredentials(
                                "ASIA",
                                "secret",
                                "session",
                                "123456789012",
                                JwtTokenVerifierTest.NOW.plus(Duration.ofHours(6))),
                        new Association("arn", "a-1", "role/session", "shop", "orders"))
                : new Failed("InvalidTokenException", 400, true, "refused", null);
    }
}
