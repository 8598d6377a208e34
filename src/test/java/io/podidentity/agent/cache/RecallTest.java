package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecallTest {

    private final CacheRig rig = new CacheRig();

    @Test
    void tokenThatTheSourceTookIsKnownByItsText() {
        CredentialOutcome issued = rig.answer(Tokens.of("a")).outcome();

        assertThat(rig.cache.recall(Tokens.of("a").raw()))
                .hasValueSatisfying(
                        hit ->
                                assertThat(hit.toCompletableFuture().join().outcome())
                                        .isEqualTo(issued));
    }

    @Test
    void tokenThatWasVerifiedIsKnownByItsText() {
        rig.answer(Tokens.of("a"));
        rig.answer(Tokens.of("a", 1));

        assertThat(rig.cache.recall(Tokens.of("a", 1).raw())).isPresent();
    }

    @Test
    void tokenNobodyHasSeenIsNotKnown() {
        rig.answer(Tokens.of("a"));

        assertThat(rig.cache.recall(Tokens.of("a", 1).raw())).isEmpty();
    }

    @Test
    void forgedTokenIsNotKnownAfterItWasRefused() {
        rig.answer(Tokens.of("a"));
        rig.verifier.finds(new Verdict.Refused("forged"));
        rig.source.fails(FakeSource.denied());
        rig.answer(Tokens.of("a", 1));

        assertThat(rig.cache.recall(Tokens.of("a", 1).raw())).isEmpty();
    }

    @Test
    void tokenThatExpiredIsNotKnownAnyMore() {
        ServiceAccountToken brief =
                Tokens.token(
                        "brief",
                        "app",
                        "pod-a",
                        "uid-a",
                        rig.timeline.now().plus(Duration.ofMinutes(10)));
        rig.answer(brief);
        rig.advance(Duration.ofMinutes(9));
        boolean before = rig.cache.recall(brief.raw()).isPresent();
        rig.advance(Duration.ofMinutes(1));

        assertThat(before).isTrue();
        assertThat(rig.cache.recall(brief.raw())).isEmpty();
    }

    @Test
    void credentialsThatAreDueAreNotRecalled() {
        rig.answer(Tokens.of("a"));
        rig.cache.close();
        rig.advance(Duration.ofHours(4));

        assertThat(rig.cache.recall(Tokens.of("a").raw())).isEmpty();
    }

    @Test
    void recallingKeepsThePodRenewed() {
        rig.answer(Tokens.of("a"));
        for (int hour = 0; hour < 20; hour++) {
            rig.advance(Duration.ofHours(1));
            assertThat(rig.cache.recall(Tokens.of("a").raw())).isPresent();
        }
    }

    @Test
    void droppedEntryIsNotRecalled() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(FakeSource.denied());
        rig.advance(Duration.ofHours(4));

        assertThat(rig.cache.recall(Tokens.of("a").raw())).isEmpty();
    }

    @Test
    void oldestOfTooManyTokensIsForgotten() {
        for (int generation = 0; generation < 6; generation++) {
            rig.answer(Tokens.of("a", generation));
        }

        assertThat(rig.cache.recall(Tokens.of("a", 1).raw())).isEmpty();
        assertThat(rig.cache.recall(Tokens.of("a", 2).raw())).isPresent();
    }
}
