package io.podidentity.agent.state;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.state.StateEvents.Found;
import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restart finds, and for whom. */
class SealedEntriesTest {

    private static final ServiceAccountToken TOKEN = Tokens.of("a");
    private static final ServiceAccountToken ROTATED = Tokens.of("a", 1);

    @TempDir Path state;
    private StateRig rig;

    @BeforeEach
    void startAgent() {
        rig = new StateRig(state);
    }

    @Test
    void tokenOfBeforeGetsTheSameAfterARestart() {
        String before = rig.served(TOKEN);
        rig.source.fails(unavailable());

        Answer after = rig.restart().ask(TOKEN);

        assertThat(after.origin()).isEqualTo(Origin.HIT);
        assertThat(rig.served(TOKEN)).isEqualTo(before);
        assertThat(rig.source.count()).isOne();
    }

    @Test
    void recordIsReadOnceForEachToken() {
        rig.served(TOKEN);
        rig.restart();
        rig.served(TOKEN);
        rig.served(TOKEN);

        assertThat(rig.events.count(Found.OPENED)).isOne();
    }

    @Test
    void tokenThatWasLetInLaterHasASealOfItsOwn() {
        String before = rig.served(TOKEN);
        rig.served(ROTATED);
        rig.source.fails(unavailable());

        assertThat(rig.restart().served(ROTATED)).isEqualTo(before);
        assertThat(rig.source.count()).isOne();
    }

    @Test
    void tokenThatNobodyLetInOpensNothing() {
        rig.served(TOKEN);
        rig.source.fails(unavailable());

        assertThat(rig.restart().ask(ROTATED).outcome()).isEqualTo(unavailable());
        assertThat(rig.events.count(Found.NONE)).isEqualTo(2);
    }

    /** A corrected cluster name or endpoint is not answered with what the wrong one issued. */
    @Test
    void recordsOfAnotherIssuerAreNotFound() {
        rig.served(TOKEN);
        rig.issuer = "another cluster";

        rig.restart().served(TOKEN);

        assertThat(rig.source.count()).isEqualTo(2);
        assertThat(rig.events.count(Found.OPENED)).isZero();
    }

    @Test
    void recordUnderTheNameOfAnotherTokenIsNotOpened() throws Exception {
        rig.served(TOKEN);
        Files.move(rig.files().getFirst(), rig.entries().resolve(RecordKeys.name(ROTATED.raw())));
        rig.source.fails(unavailable());

        assertThat(rig.restart().ask(ROTATED).outcome()).isEqualTo(unavailable());
        assertThat(rig.events.count(Found.DAMAGED)).isOne();
    }

    @Test
    void forgedTokenReadsNothingOfWhatAnotherBroughtBack() {
        rig.served(TOKEN);
        rig.restart().served(TOKEN);
        rig.verifier = token -> new Verdict.Refused("wrong key");
        rig.source.fails(denied());

        assertThat(rig.ask(ROTATED).outcome()).isEqualTo(denied());
    }

    @Test
    void tokenThatNamesNoPodFindsItsOwn() {
        ServiceAccountToken podless =
                Tokens.token("raw", "app", null, null, Instant.parse("2026-11-25T00:00:00Z"));
        String before = rig.served(podless);
        rig.source.fails(unavailable());

        assertThat(rig.restart().served(podless)).isEqualTo(before);
    }

    @Test
    void renewalIsSealedForAllReaders() {
        String first = rig.served(TOKEN);
        rig.served(ROTATED);
        rig.timeline.advance(Duration.ofHours(4));
        String renewed = rig.served(TOKEN);
        rig.source.fails(unavailable());

        assertThat(renewed).isNotEqualTo(first);
        assertThat(rig.restart().served(ROTATED)).isEqualTo(renewed);
        assertThat(rig.restart().served(TOKEN)).isEqualTo(renewed);
    }

    @Test
    void olderRecordOfAnotherTokenReplacesNoNewerCredentials() {
        rig.served(TOKEN);
        rig.served(ROTATED);
        rig.restart().served(TOKEN);
        rig.timeline.advance(Duration.ofHours(4));
        String renewed = rig.served(TOKEN);

        assertThat(rig.served(ROTATED)).isEqualTo(renewed);
        assertThat(rig.restart().served(ROTATED)).isEqualTo(renewed);
        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void newerRecordOfAnotherTokenReplacesOlderCredentials() {
        String old = rig.served(TOKEN);
        rig.served(ROTATED);
        rig.restart().served(TOKEN);
        rig.timeline.advance(Duration.ofHours(4));
        String renewed = rig.served(TOKEN);
        rig.source.fails(unavailable());
        rig.restart();

        assertThat(rig.served(ROTATED)).isEqualTo(old);
        assertThat(rig.served(TOKEN)).isEqualTo(renewed);
        assertThat(rig.served(ROTATED)).isEqualTo(renewed);
    }

    @Test
    void whatCameBackIsRenewedWhenItIsDue() {
        rig.served(TOKEN);
        rig.timeline.advance(Duration.ofHours(2));
        rig.restart().served(TOKEN);
        rig.timeline.advance(Duration.ofMinutes(40));
        assertThat(rig.source.count()).isOne();

        rig.timeline.advance(Duration.ofMinutes(40));

        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void whatNobodyAsksForIsNeitherRenewedNorKeptBeyondItsEnd() {
        rig.served(TOKEN);
        rig.restart();

        rig.timeline.advance(Duration.ofMinutes(359));
        assertThat(rig.files()).hasSize(1);
        rig.timeline.advance(Duration.ofMinutes(3));

        assertThat(rig.files()).isEmpty();
        assertThat(rig.source.count()).isOne();
    }

    @Test
    void podThatTheSourceRefusesIsServedNothingAfterARestart() {
        rig.served(TOKEN);
        rig.served(ROTATED);
        rig.restart().served(TOKEN);
        rig.source.fails(denied());

        rig.timeline.advance(Duration.ofHours(4));

        assertThat(rig.files()).isEmpty();
        assertThat(rig.restart().ask(ROTATED).outcome()).isEqualTo(denied());
        assertThat(rig.ask(TOKEN).outcome()).isEqualTo(denied());
    }

    @Test
    void tokenThatHasExpiredIsNotSealedAgain() throws Exception {
        // Expires after 24 h; the other a day later.
        rig.served(TOKEN);
        rig.served(ROTATED);
        for (int hour = 0; hour < 36; hour++) {
            rig.served(ROTATED);
            rig.timeline.advance(Duration.ofHours(1));
        }

        assertThat(rig.files())
                .containsExactly(rig.entries().resolve(RecordKeys.name(ROTATED.raw())));
    }

    @Test
    void expiredCredentialsDoNotComeBack() {
        rig.served(TOKEN);
        rig.source.fails(unavailable());
        // Not by its timers, which would delete them.
        rig.cache.close();
        rig.timeline.advance(Duration.ofHours(6));

        assertThat(rig.restart().ask(TOKEN).outcome()).isEqualTo(unavailable());
    }

    @Test
    void clockThatIsSetBackRevivesNothing() {
        rig.served(TOKEN);
        rig.source.fails(unavailable());
        rig.timeline.advance(Duration.ofHours(5));

        rig.clock(Duration.ofHours(-2)).restart();
        assertThat(rig.served(TOKEN)).isNotNull();
        rig.timeline.advance(Duration.ofMinutes(61));

        assertThat(rig.served(TOKEN)).isNull();
        assertThat(rig.restart().served(TOKEN)).isNull();
    }

    @Test
    void clockAnHourFastCostsNothingThatIsGoodByIt() {
        rig.served(TOKEN);
        rig.source.fails(unavailable());
        rig.timeline.advance(Duration.ofHours(4));

        assertThat(rig.clock(Duration.ofHours(1)).restart().served(TOKEN)).isNotNull();
        rig.timeline.advance(Duration.ofHours(1));
        assertThat(rig.restart().served(TOKEN)).isNull();
    }

    @Test
    void recordFromTheFutureOfAnotherBootIsNotBelieved() {
        rig.served(TOKEN);
        rig.source.fails(unavailable());
        rig.boot = "second";

        assertThat(rig.restart().served(TOKEN)).isNotNull();
        assertThat(rig.clock(Duration.ofHours(-1)).restart().served(TOKEN)).isNull();
        assertThat(rig.events.count(Found.EXPIRED)).isOne();
    }

    @Test
    void twoAgentsOnOneFolderFindWhatTheOtherWrites() {
        CredentialCache other = rig.another();
        String first = rig.served(TOKEN);
        rig.source.fails(unavailable());

        assertThat(StateRig.ask(other, TOKEN).origin()).isEqualTo(Origin.HIT);
        assertThat(rig.served(TOKEN)).isEqualTo(first);
    }

    @Test
    void entryThatExpiresInOneAgentIsLeftToTheOther() {
        CredentialCache other = rig.another();
        rig.served(TOKEN);
        StateRig.ask(other, TOKEN);
        // Only the other one is asked from now on, and renews.
        for (int hour = 0; hour < 12; hour++) {
            rig.timeline.advance(Duration.ofHours(1));
            StateRig.ask(other, TOKEN);
            StateRig.ask(other, Tokens.of("b"));
            assertThat(rig.files()).hasSize(2);
        }

        assertThat(rig.cache.entries()).isZero();
        rig.source.fails(unavailable());
        assertThat(rig.restart().served(TOKEN)).isNotNull();
    }

    @Test
    void nothingIsKeptWhereNothingIsCached() {
        rig.settings = CacheSettings.of(Duration.ZERO, 2_000, 3);
        rig.restart().served(TOKEN);

        assertThat(rig.entries()).doesNotExist();
    }

    @Test
    void podThatGaveWayToOthersIsFoundAgain() {
        rig.settings = CacheSettings.of(Duration.ofHours(3), 1, 3);
        String first = rig.restart().served(TOKEN);
        rig.served(Tokens.of("b"));
        rig.source.fails(unavailable());

        assertThat(rig.served(TOKEN)).isEqualTo(first);
    }

    @Test
    void recordTellsNothingWithoutItsToken() throws Exception {
        rig.served(TOKEN);
        rig.served(ROTATED);

        assertThat(rig.files()).hasSize(2);
        for (Path file : rig.files()) {
            String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertThat(file.getFileName().toString()).matches("[0-9a-f]{64}");
            for (String secret : List.of("raw-a", "ASIA", "secret of", "session of", "reader")) {
                assertThat(bytes).doesNotContain(secret);
            }
        }
    }
}
