package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.failed;
import static io.podidentity.harness.FakeSource.throttled;
import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.harness.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SingleFlightTest {

    private static final Duration HANGING = Duration.ofSeconds(4);

    private final CacheRig rig = new CacheRig();

    @Test
    void callersWhoArriveTogetherShareOneFetch() {
        List<CompletableFuture<Answer>> asked = ask(1_000);

        rig.advance(Duration.ofMillis(50));

        assertThat(asked).extracting(CompletableFuture::join).allMatch(CacheRig::served);
        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void tellsWhoFetchedAndWhoJoined() {
        List<CompletableFuture<Answer>> asked = ask(3);

        rig.advance(Duration.ofMillis(50));

        assertThat(asked)
                .extracting(answer -> answer.join().origin())
                .containsExactly(Origin.FETCHED, Origin.JOINED, Origin.JOINED);
    }

    @Test
    void nextRequestIsAnsweredFromMemoryAtOnce() {
        rig.answer(Tokens.of("a"));

        CompletableFuture<Answer> again = rig.ask(Tokens.of("a"));

        assertThat(again).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void failedFetchAnswersAllWhoWaited() {
        rig.source.fails(unavailable());
        List<CompletableFuture<Answer>> asked = ask(10);

        rig.advance(Duration.ofMillis(50));

        assertThat(asked).extracting(answer -> answer.join().outcome()).containsOnly(unavailable());
        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void requestAfterFailureTriesAgain() {
        rig.source.fails(unavailable());
        rig.answer(Tokens.of("a"));
        rig.source.recovers();

        assertThat(rig.answer(Tokens.of("a"))).matches(CacheRig::served);
    }

    @Test
    void denialIsRememberedForOneSecond() {
        rig.source.fails(denied());
        rig.answer(Tokens.of("a"));
        rig.source.recovers();
        rig.advance(Duration.ofMillis(900));
        Answer within = rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofMillis(101));
        Answer after = rig.answer(Tokens.of("a"));

        assertThat(within.outcome()).isEqualTo(denied());
        assertThat(after).matches(CacheRig::served);
    }

    @Test
    void denialIsNotRememberedForAnotherToken() {
        rig.source.fails(denied());
        rig.answer(Tokens.of("a"));
        rig.source.recovers();

        assertThat(rig.answer(Tokens.of("a", 1))).matches(CacheRig::served);
    }

    @Test
    void callerIsAnsweredBeforeItsSdkGivesUp() {
        rig.latency(HANGING);
        List<CompletableFuture<Answer>> asked = ask(200);

        rig.advance(Duration.ofMillis(900));

        assertThat(asked)
                .allSatisfy(
                        answer ->
                                assertThat(answer.getNow(null).outcome())
                                        .isInstanceOfSatisfying(
                                                Rejected.class,
                                                rejected ->
                                                        assertThat(rejected.reason())
                                                                .isEqualTo(Reason.BUSY)));
    }

    @Test
    void slowFetchGoesOnForTheRetry() {
        rig.latency(HANGING);
        ask(1);
        rig.advance(HANGING);

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void retriesJoinTheFetchThatStillRuns() {
        rig.latency(HANGING);
        for (int second = 0; second < 4; second++) {
            ask(50);
            rig.advance(Duration.ofSeconds(1));
        }

        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void callerWhoLeavesStopsNothing() {
        List<CompletableFuture<Answer>> asked = ask(2);
        asked.getFirst().cancel(true);

        rig.advance(Duration.ofMillis(50));

        assertThat(asked.getLast()).isCompletedWithValueMatching(CacheRig::served);
    }

    @Test
    void throttledFetchIsTriedAgainWhileCallersWait() {
        rig.source.answers(
                request -> rig.source.count() < 2 ? throttled() : rig.source.issued(request));

        assertThat(rig.answer(Tokens.of("a"))).matches(CacheRig::served);
        assertThat(rig.source.calls()).hasSize(2);
    }

    @Test
    void throttlingThatDoesNotEndIsAnsweredAsSuch() {
        rig.source.fails(throttled());
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(rig.ask(Tokens.of("a")));
            rig.advance(Duration.ofMillis(400));
        }

        assertThat(asked.getFirst().join().outcome())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.message()).contains("it throttles"));
        assertThat(asked)
                .filteredOn(CompletableFuture::isDone)
                .extracting(answer -> answer.join().outcome())
                .contains(throttled());
    }

    /** Its turn would be one that a waiting client needs; it gets another when it is back. */
    @Test
    void throttledSourceIsAskedForNobodyWhoDoesNotWait() {
        rig.source.fails(throttled());
        rig.send(Tokens.of("gone"));
        rig.advance(Duration.ofSeconds(1));
        int before = rig.source.count();
        rig.source.recovers();
        for (int i = 0; i < 10; i++) {
            rig.send(Tokens.of("waits"));
            rig.advance(Duration.ofMillis(400));
        }

        assertThat(rig.answer(Tokens.of("waits"))).matches(CacheRig::hit);
        assertThat(rig.source.count()).isEqualTo(before + 1);
    }

    @Test
    void brokenSourceAnswersInternalFailure() {
        rig.source.answers(
                request -> {
                    throw new IllegalStateException("bug");
                });

        Answer answer = rig.answer(Tokens.of("a"));

        assertThat(answer.outcome())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo("InternalFailure"));
        assertThat(rig.events.count("broke bug")).isOne();
    }

    @Test
    void withoutRetentionOrSizeNothingIsKeptButFetchesAreShared() {
        Stream.of(
                        CacheSettings.of(Duration.ZERO, 2_000, 3),
                        CacheSettings.of(Duration.ofHours(3), 0, 3))
                .forEach(
                        settings -> {
                            CacheRig off = new CacheRig(settings);
                            off.send(Tokens.of("a"));
                            off.answer(Tokens.of("a"));
                            off.answer(Tokens.of("a"));

                            assertThat(off.source.calls()).hasSize(2);
                            assertThat(off.cache.entries()).isZero();
                        });
    }

    @Test
    void credentialsThatCameExpiredAreAFailure() {
        rig.source.lifetime(Duration.ofSeconds(-1));

        assertThat(rig.answer(Tokens.of("a")).outcome())
                .isEqualTo(
                        new Failed(
                                "ExpiredCredentials",
                                502,
                                false,
                                "the credentials that came expire at 2026-11-20T23:59:59.050Z;"
                                        + " is the node's clock right?",
                                null));
    }

    @Test
    void credentialsAboutToExpireAreHandedOutButNotKept() {
        rig.source.lifetime(Duration.ofSeconds(10));
        Answer answer = rig.answer(Tokens.of("a"));

        assertThat(answer).matches(CacheRig::served);
        assertThat(rig.cache.entries()).isZero();
    }

    @Test
    void failureWithAnUnknownStatusIsPassedOn() {
        Failed odd = failed("Odd", 418, false);
        rig.source.fails(odd);

        assertThat(rig.answer(Tokens.of("a")).outcome()).isEqualTo(odd);
    }

    private List<CompletableFuture<Answer>> ask(int times) {
        return IntStream.range(0, times).mapToObj(i -> rig.ask(Tokens.of("a"))).toList();
    }
}
