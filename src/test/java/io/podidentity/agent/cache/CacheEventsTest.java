package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.failed;
import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What metrics, the log and alerts are made of: each happens once, and is told once. */
class CacheEventsTest {

    private final CacheRig rig = new CacheRig();

    @Test
    void firstRequestMissesTheNextJoinsItAndTheOneAfterItHits() {
        rig.send(Tokens.of("a"));
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));
        rig.answer(Tokens.of("a"));

        assertThat(rig.events.lines()).containsExactly("missed", "joined", "hit");
    }

    @Test
    void requestForCredentialsThatAreDueIsAHit() {
        rig.answer(Tokens.of("a"));
        rig.cache.close();
        rig.advance(Duration.ofHours(4));
        rig.answer(Tokens.of("a"));

        assertThat(rig.events.count("hit")).isOne();
    }

    @Test
    void otherTokenOfAKnownPodIsVerified() {
        rig.answer(Tokens.of("a"));
        rig.answer(Tokens.of("a", 1));

        assertThat(rig.events.count("verified GENUINE")).isOne();
    }

    @Test
    void eachRenewalThatFailsIsToldWithHowManyDidBefore() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(4));

        assertThat(rig.events.lines())
                .contains(
                        "renewal failed ServiceUnavailableException 1",
                        "renewal failed ServiceUnavailableException 2")
                .doesNotHaveDuplicates();
    }

    @Test
    void tokenThatTheSourceCallsExpiredRenewsNothingMore() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(failed("ExpiredTokenException", 400, true));
        rig.advance(Duration.ofHours(4));

        assertThat(rig.events.lines())
                .containsExactly(
                        "missed",
                        "renewal failed ExpiredTokenException 1",
                        "renewal skipped TOKEN_EXPIRED");
    }

    @Test
    void otherSessionOfTheSameRoleIsNoOtherRole() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(4));

        assertThat(rig.events.lines()).containsExactly("missed", "renewed");
    }

    @Test
    void otherAssociationIsAnotherRole() {
        rig.answer(Tokens.of("a"));
        rig.source.answers(
                request -> {
                    Issued issued = rig.source.issued(request);
                    Association old = issued.association();
                    return new Issued(
                            issued.credentials(),
                            new Association(
                                    old.arn(),
                                    "a-2",
                                    old.roleArn(),
                                    old.namespace(),
                                    old.serviceAccount()));
                });
        rig.advance(Duration.ofHours(4));

        assertThat(rig.events.lines()).containsExactly("missed", "renewed with another role");
    }

    @Test
    void requestsBeyondAClientsShareAreTurnedAway() {
        rig.verifier.finds(new Verdict.Refused("forged"));
        for (int pod = 0; pod <= CacheRig.SETTINGS.burstPerClient(); pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.events.count("turned away TOO_MANY_REQUESTS")).isOne();
    }

    @Test
    void requestThatWaitsInVainIsTurnedAway() {
        rig.latency(Duration.ofSeconds(2));
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));

        assertThat(rig.events.count("turned away BUSY")).isOne();
    }

    @Test
    void throttlingAndItsEndAreTold() {
        rig.source.fails(FakeSource.throttled());
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofMillis(100));
        rig.source.recovers();
        for (int pod = 0; pod < 100; pod++) {
            rig.advance(Duration.ofSeconds(1));
            rig.answer(Tokens.of("pod" + pod));
        }

        assertThat(rig.events.lines())
                .filteredOn(line -> line.startsWith("slowed down") || line.equals("recovered"))
                .containsExactly("slowed down to 1", "recovered");
    }

    @Test
    void bugOfAFirstFetchIsToldAndTheRequestIsAnswered() {
        rig.source.answers(
                request -> {
                    throw new IllegalStateException("a bug");
                });

        assertThat(rig.answer(Tokens.of("a")))
                .extracting(Answer::outcome)
                .isEqualTo(UpstreamLimiter.internalFailure());
        assertThat(rig.events.lines()).contains("broke a bug");
    }

    @Test
    void bugOfARenewalIsToldAndCostsNoCredentials() {
        rig.answer(Tokens.of("a"));
        rig.source.answers(
                request -> {
                    throw new IllegalStateException("a bug");
                });
        rig.advance(Duration.ofHours(4));

        assertThat(rig.events.lines()).contains("broke a bug");
        assertThat(rig.answer(Tokens.of("a"))).matches(CacheRig::hit);
    }
}
