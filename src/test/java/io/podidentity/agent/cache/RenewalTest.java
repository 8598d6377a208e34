package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.failed;
import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RenewalTest {

    private final CacheRig rig = new CacheRig();

    @ParameterizedTest
    @CsvSource({
        // lifetime, retention, at the earliest, at the latest
        "PT6H, PT3H, PT2H42M, PT3H18M",
        "PT6H, PT6H, PT3H16M, PT4H",
        "PT1H, PT3H, PT32M, PT40M",
        "PT6H, PT10M, PT9M, PT11M",
        "PT20M, PT3H, PT8M, PT10M",
    })
    void renewsAtTheRetentionOrTheSafeMargin(
            Duration lifetime, Duration retention, Duration earliest, Duration latest) {
        CacheRig rig = new CacheRig(CacheSettings.of(retention, 2_000, 3));
        rig.source.lifetime(lifetime);
        rig.answer(Tokens.of("a"));

        rig.advance(earliest.minusSeconds(1));
        int early = rig.source.count();
        rig.advance(latest.minus(earliest).plusSeconds(3));

        assertThat(early).isOne();
        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void podsStartedTogetherAreNotRenewedTogether() {
        for (int pod = 0; pod < 200; pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.advance(Duration.ofMinutes(162));
        int most = 0;
        for (int second = 0; second < 36 * 60 + 5; second++) {
            int before = rig.source.count();
            rig.advance(Duration.ofSeconds(1));
            most = Math.max(most, rig.source.count() - before);
        }

        assertThat(rig.source.count()).isEqualTo(400);
        assertThat(most).isLessThanOrEqualTo(3);
    }

    @Test
    void renewalsStayWithinTheirRateWhenAllAreDueAtOnce() {
        for (int pod = 0; pod < 200; pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.advance(Duration.ofMinutes(1));
        rig.timeline.jump(Duration.ofHours(4));
        rig.advance(Duration.ofSeconds(10));

        assertThat(rig.source.count() - 200).isBetween(27, 33);
    }

    @Test
    void allThatAreDueAtOnceAreRenewedInTheEnd() {
        for (int pod = 0; pod < 200; pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.advance(Duration.ofMinutes(1));
        rig.timeline.jump(Duration.ofHours(4));
        rig.advance(Duration.ofSeconds(80));

        assertThat(rig.source.count()).isEqualTo(400);
    }

    @Test
    void deadPodCostsOneRenewal() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(24));

        assertThat(rig.source.count()).isEqualTo(2);
        assertThat(rig.events.count("renewal skipped NOT_ASKED")).isOne();
        assertThat(rig.cache.entries()).isZero();
    }

    @Test
    void podThatAsksLaterIsRenewedInTheBackground() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(8));

        CompletableFuture<Answer> later = rig.ask(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));

        assertThat(later).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.source.count()).isEqualTo(3);
    }

    @Test
    void requestWithLittleLeftWaitsForTheRenewal() {
        rest(Duration.ofMinutes(14));

        Answer answer = rig.answer(Tokens.of("a"));

        assertThat(CacheRig.left(answer, rig.timeline)).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void requestWithLittleLeftGetsWhatThereIsWhenTheRenewalFails() {
        rest(Duration.ofMinutes(14));
        rig.source.fails(unavailable());

        assertThat(rig.answer(Tokens.of("a"))).matches(CacheRig::hit);
    }

    @Test
    void requestWithLittleLeftGetsWhatThereIsWhenTheRenewalHangs() {
        rest(Duration.ofMinutes(14));
        rig.latency(Duration.ofSeconds(4));
        CompletableFuture<Answer> asked = rig.ask(Tokens.of("a"));

        rig.advance(Duration.ofMillis(900));

        assertThat(asked).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void requestDoesNotWaitAgainAfterAFailedRenewal() {
        rest(Duration.ofMinutes(14));
        rig.source.fails(unavailable());
        rig.answer(Tokens.of("a"));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void requestDoesNotWaitForARenewalThatFailedBefore() {
        rest(Duration.ofMinutes(14));
        rig.source.fails(unavailable());
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(20));
        rig.latency(Duration.ofSeconds(4));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.cache.fetchesRunning()).isOne();
    }

    @Test
    void credentialsAreHandedOutUntilShortlyBeforeTheyExpire() {
        rest(Duration.ofMinutes(14));
        rig.source.fails(unavailable());
        rig.answer(Tokens.of("a"));

        rig.advance(Duration.ofMinutes(13).plusSeconds(43));
        Answer before = rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(5));
        Answer after = rig.answer(Tokens.of("a"));

        assertThat(before).matches(CacheRig::hit);
        assertThat(after.outcome()).isEqualTo(unavailable());
    }

    @Test
    void podThatAsksAndIsNotRenewedInTimeIsOverdue() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(5).plusMinutes(40));
        int early = rig.cache.overdue();
        rig.advance(Duration.ofMinutes(6));

        assertThat(early).isZero();
        assertThat(rig.cache.overdue()).isOne();
    }

    @Test
    void overduePodIsNoLongerSoOnceItIsRenewed() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(5).plusMinutes(46));
        rig.source.recovers();
        rig.advance(Duration.ofMinutes(8));

        assertThat(rig.cache.overdue()).isZero();
    }

    @Test
    void podThatNoLongerAsksIsNeverOverdue() {
        rig.answer(Tokens.of("a"));
        for (int minute = 0; minute < 12 * 60; minute++) {
            rig.advance(Duration.ofMinutes(1));
            assertThat(rig.cache.overdue()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessDeniedException", "ResourceNotFoundException"})
    void renewalThatIsDeniedDropsTheEntry(String code) {
        rig.answer(Tokens.of("a"));
        rig.source.fails(failed(code, 400, true));
        rig.advance(Duration.ofHours(4));

        assertThat(rig.cache.entries()).isZero();
        assertThat(rig.events.count("renewal failed " + code + " 1 dropped")).isOne();
        assertThat(rig.source.count()).isEqualTo(2);
    }

    /** What operating.md says of it: three hours and a tenth. */
    @Test
    void tokenOfADeletedPodIsAnsweredFromMemoryUntilTheRenewal() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(denied());
        rig.advance(Duration.ofMinutes(161));
        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);

        rig.advance(Duration.ofMinutes(38));

        assertThat(rig.answer(Tokens.of("a")).outcome()).isEqualTo(denied());
    }

    @Test
    void requestThatWaitedForADeniedRenewalIsDenied() {
        rest(Duration.ofMinutes(14));
        rig.source.fails(denied());

        assertThat(rig.answer(Tokens.of("a")).outcome()).isEqualTo(denied());
    }

    @Test
    void failingRenewalIsTriedAgainAtGrowingIntervals() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(4));

        assertThat(rig.source.count()).isBetween(8, 40);
        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void failingRenewalHonoursWhatTheSourceAsksFor() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(new Failed("Busy", 503, false, "later", Duration.ofMinutes(5)));
        rig.advance(Duration.ofHours(4));

        // Eighty minutes at most since the renewal was due.
        assertThat(rig.source.count()).isBetween(2, 18);
    }

    @Test
    void renewalSucceedsAfterAnOutage() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(4));
        rig.source.recovers();
        rig.advance(Duration.ofMinutes(8));

        Answer answer = rig.answer(Tokens.of("a"));

        assertThat(CacheRig.left(answer, rig.timeline)).isGreaterThan(Duration.ofHours(5));
    }

    @Test
    void renewsWithTheNewestGoodToken() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(2));
        rig.answer(Tokens.of("a", 1));
        rig.answer(Tokens.of("a", 0));
        rig.advance(Duration.ofHours(2));

        assertThat(rig.source.calls())
                .extracting(CredentialRequest::token)
                .containsExactly(Tokens.of("a").raw(), Tokens.of("a", 1).raw());
    }

    @Test
    void neverRenewsWithATokenThatWasNotFoundGood() {
        rig.answer(Tokens.of("a"));
        rig.verifier.finds(new Verdict.Refused("forged"));
        rig.source.fails(denied());
        rig.answer(Tokens.of("a", 1));
        rig.source.recovers();
        rig.advance(Duration.ofHours(4));

        assertThat(rig.source.calls().getLast().token()).isEqualTo(Tokens.of("a").raw());
    }

    @Test
    void doesNotRenewWithAnExpiredToken() {
        rig.answer(expiringIn(Duration.ofHours(1)));
        rig.advance(Duration.ofHours(4));

        assertThat(rig.source.count()).isOne();
        assertThat(rig.events.count("renewal skipped TOKEN_EXPIRED")).isOne();
    }

    @Test
    void newTokenRenewsWhatTheExpiredOneCouldNot() {
        rig.answer(expiringIn(Duration.ofHours(1)));
        rig.advance(Duration.ofHours(4));

        Answer answer = rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));

        assertThat(answer).matches(CacheRig::hit);
        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void tokenThatTheSourceCallsExpiredDoesNotCostTheCredentials() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(failed("ExpiredTokenException", 400, true));
        rig.advance(Duration.ofHours(4));
        rig.source.recovers();

        assertThat(rig.answer(Tokens.of("a", 1))).matches(CacheRig::hit);
    }

    @Test
    void renewalThatFindsAnotherRoleReplacesTheEntry() {
        rig.answer(Tokens.of("a"));
        rig.source.role("writer");
        rig.advance(Duration.ofHours(4));

        Issued issued = (Issued) rig.answer(Tokens.of("a")).outcome();

        assertThat(issued.association().roleArn()).contains("/writer/");
        assertThat(rig.events.count("renewed with another role")).isOne();
    }

    @Test
    void renewalThatBringsSpentCredentialsKeepsTheOldOnes() {
        rig.answer(Tokens.of("a"));
        rig.source.lifetime(Duration.ofSeconds(10));
        rig.advance(Duration.ofHours(4));

        assertThat(CacheRig.left(rig.answer(Tokens.of("a")), rig.timeline))
                .isGreaterThan(Duration.ofHours(1));
        assertThat(rig.source.count()).as("tried again, not each second").isBetween(3, 40);
    }

    @Test
    void podThatAskedWhenItsCredentialsWereDueIsRenewedTheNextTime() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(8));
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(4));

        assertThat(rig.source.count()).isEqualTo(4);
    }

    @Test
    void renewalThatOutlivesTheCredentialsIsWaitedFor() {
        rest(Duration.ofMinutes(1));
        rig.latency(Duration.ofSeconds(50));
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofMillis(49_500));

        CompletableFuture<Answer> asked = rig.ask(Tokens.of("a"));

        assertThat(asked).isNotDone();
        assertThat(rig.answer(asked)).matches(CacheRig::served);
        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void whatExpiresFirstIsRenewedFirst() {
        for (int pod = 0; pod < 20; pod++) {
            rig.source.lifetime(Duration.ofHours(6).minusSeconds(pod));
            rig.answer(Tokens.of("pod" + pod));
        }
        rig.timeline.jump(Duration.ofHours(5));
        rig.advance(Duration.ofSeconds(10));

        List<String> renewed =
                rig.source.calls().subList(20, 40).stream().map(CredentialRequest::token).toList();
        assertThat(renewed)
                .isEqualTo(
                        IntStream.range(0, 20)
                                .mapToObj(pod -> Tokens.of("pod" + (19 - pod)).raw())
                                .toList());
    }

    @Test
    void firstFetchesGoBeforeRenewals() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofMinutes(160));
        rig.latency(Duration.ofMinutes(1));
        for (int pod = 0; pod < 80; pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.timeline.jump(Duration.ofMinutes(40));
        rig.advance(Duration.ofSeconds(130));

        assertThat(rig.source.calls().subList(1, 65))
                .extracting(CredentialRequest::token)
                .doesNotContain(Tokens.of("a").raw());
    }

    @Test
    void renewalThatFirstFetchesHeldUpHasUsedNoPermit() {
        CacheRig busy =
                new CacheRig(
                        new CacheSettings(
                                Duration.ofHours(3),
                                2_000,
                                1,
                                Duration.ofMillis(900),
                                1,
                                1,
                                5_000,
                                20,
                                500));
        busy.answer(Tokens.of("a"));
        busy.advance(Duration.ofMinutes(160));
        busy.latency(Duration.ofMinutes(40).plusMillis(100));
        busy.send(Tokens.of("b"));
        busy.advance(Duration.ofMinutes(40));
        busy.send(Tokens.of("a"));
        busy.advance(Duration.ofMillis(150));
        assertThat(busy.cache.fetchesRunning()).as("b has landed").isZero();

        busy.send(Tokens.of("a"));

        assertThat(busy.cache.fetchesRunning()).isOne();
    }

    @Test
    void throttledRenewalsSlowDown() {
        for (int pod = 0; pod < 60; pod++) {
            rig.send(Tokens.of("pod" + pod));
        }
        rig.advance(Duration.ofMinutes(1));
        rig.source.fails(FakeSource.throttled());
        rig.timeline.jump(Duration.ofHours(4));
        rig.advance(Duration.ofMinutes(1));

        // Three a second would be 180.
        assertThat(rig.source.count() - 60).isLessThan(20);
    }

    @Test
    void wallClockSetForwardRenewsAtOnce() {
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofHours(2).plusMinutes(30));
        rig.timeline.jump(Duration.ofHours(1));
        rig.advance(Duration.ofSeconds(2));

        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void wallClockSetBackDoesNotStretchTheCredentialsLife() {
        rig.answer(Tokens.of("a"));
        rig.timeline.jump(Duration.ofHours(-1));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(5).plusMinutes(59));
        Answer before = rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofMinutes(1));
        Answer after = rig.answer(Tokens.of("a"));

        assertThat(before).matches(CacheRig::hit);
        assertThat(after.outcome()).isEqualTo(unavailable());
    }

    @Test
    void wallClockSetBackDoesNotDelayTheRenewal() {
        rig.answer(Tokens.of("a"));
        rig.timeline.jump(Duration.ofHours(-1));
        rig.advance(Duration.ofMinutes(200));

        assertThat(rig.source.count()).isEqualTo(2);
    }

    @Test
    void wallClockThatWasBehindWhenFetchingDoesNotStretchTheCredentialsLife() {
        rig.timeline.jump(Duration.ofHours(-1));
        rig.source.lifetime(Duration.ofHours(7));
        rig.answer(Tokens.of("a"));
        rig.timeline.jump(Duration.ofHours(1));
        rig.source.fails(unavailable());
        rig.advance(Duration.ofHours(6));

        assertThat(rig.answer(Tokens.of("a")).outcome()).isEqualTo(unavailable());
    }

    @Test
    void stopsRenewingWhenClosed() {
        rig.answer(Tokens.of("a"));
        rig.cache.close();
        rig.advance(Duration.ofHours(4));

        assertThat(rig.source.count()).isOne();
    }

    private ServiceAccountToken expiringIn(Duration life) {
        return Tokens.token("short", "app", "pod-a", "uid-a", rig.timeline.now().plus(life));
    }

    /** Lets the pod's entry come to where so much is left, without a renewal. */
    private void rest(Duration left) {
        rig.answer(Tokens.of("a"));
        rig.cache.close();
        rig.advance(Duration.ofHours(6).minus(left));
    }
}
