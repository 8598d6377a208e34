package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairnessTest {

    private static final Duration SLOW = Duration.ofMillis(200);

    @Test
    void callsToTheSourceAreBounded() {
        CacheRig rig = new CacheRig(settings(4, 100, 1_000)).latency(SLOW);
        askPods(rig, 20, "10.0.0.1");

        assertThat(rig.cache.fetchesRunning()).isEqualTo(4);
        assertThat(rig.cache.fetchesWaiting()).isEqualTo(16);
    }

    @Test
    void whatMustWaitIsFetchedInTheEnd() {
        CacheRig rig = new CacheRig(settings(4, 100, 1_000)).latency(SLOW);
        askPods(rig, 20, "10.0.0.1");
        rig.advance(SLOW.multipliedBy(5));

        assertThat(rig.cache.entries()).isEqualTo(20);
        assertThat(rig.cache.fetchesRunning()).isZero();
    }

    @Test
    void whatFindsNoRoomIsTurnedAwayAtOnce() {
        CacheRig rig = new CacheRig(settings(4, 16, 1_000)).latency(SLOW);
        askPods(rig, 16, "10.0.0.1");

        assertThat(reason(rig.ask(Tokens.of("last")))).isEqualTo(Reason.BUSY);
    }

    @Test
    void oneClientsManyPodsDoNotDelayAnothers() {
        CacheRig rig = new CacheRig(settings(4, 1_000, 1_000)).latency(SLOW);
        askPods(rig, 500, "10.0.0.1");
        CompletableFuture<Answer> other = rig.ask(Tokens.of("other"), "10.0.0.2");

        rig.advance(SLOW.multipliedBy(2));

        assertThat(other).isCompletedWithValueMatching(CacheRig::served);
    }

    @Test
    void clientThatFetchesTooMuchIsTurnedAway() {
        CacheRig rig = new CacheRig(settings(4, 100, 10));
        rig.verifier.finds(new Verdict.Refused("forged"));
        askPods(rig, 10, "10.0.0.1");

        assertThat(rig.answer(rig.ask(Tokens.of("more"), "10.0.0.1")).outcome())
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected ->
                                assertThat(rejected.reason()).isEqualTo(Reason.TOO_MANY_REQUESTS));
        assertThat(rig.ask(Tokens.of("more"), "10.0.0.2")).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void podsThatShareAnAddressAreServedWhateverTheirNumber(boolean verifiable) {
        CacheRig rig = new CacheRig().latency(SLOW);
        if (!verifiable) {
            rig.verifier.finds(new Verdict.Unverifiable("no keys"));
        }
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int pod = 0; pod < 3_000; pod++) {
            asked.add(rig.ask(Tokens.of("pod" + pod), "10.0.0.1"));
            rig.advance(Duration.ofMillis(2));
        }
        rig.advance(Duration.ofSeconds(1));

        assertThat(asked).allMatch(answer -> CacheRig.served(answer.join()));
    }

    @Test
    void genuineTokenIsServedBesideForgedOnesOfTheSameAddress() {
        CacheRig rig = new CacheRig(settings(4, 100, 10));
        rig.source.fails(denied());
        askPods(rig, 10, "10.0.0.1");
        rig.advance(SLOW);
        rig.source.recovers();

        assertThat(rig.answer(rig.ask(Tokens.of("genuine"), "10.0.0.1"))).matches(CacheRig::served);
    }

    @Test
    void podWithManyTokensIsLimitedBesideItsNeighbours() {
        CacheRig rig = new CacheRig(settings(4, 100, 10));
        rig.source.fails(denied());
        askPods(rig, 10, "10.0.0.1");
        for (int token = 0; token < 1_000; token++) {
            rig.send(Tokens.of("eager", token), "10.0.0.1");
            rig.advance(Duration.ofMillis(5));
        }

        // Five seconds of its own limit and of its address', not a thousand calls.
        assertThat(rig.source.count()).isLessThan(300);
    }

    @Test
    void clientMayFetchAgainAfterAWhile() {
        CacheRig rig = new CacheRig(settings(4, 100, 10));
        rig.verifier.finds(new Verdict.Refused("forged"));
        askPods(rig, 10, "10.0.0.1");
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.answer(Tokens.of("more"))).matches(CacheRig::served);
    }

    @Test
    void hitsAndJoinsAreNotLimited() {
        CacheRig rig = new CacheRig(settings(4, 100, 1));
        rig.send(Tokens.of("a"));
        for (int i = 0; i < 100; i++) {
            rig.send(Tokens.of("a"));
        }
        rig.advance(SLOW);
        for (int i = 0; i < 100; i++) {
            assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        }
    }

    @Test
    void podThatFailsInALoopCallsOnceASecond() {
        CacheRig rig = new CacheRig();
        rig.source.fails(denied());
        for (int i = 0; i < 1_000; i++) {
            rig.send(Tokens.of("a"));
            rig.advance(Duration.ofMillis(10));
        }

        assertThat(rig.source.count()).isBetween(9, 10);
    }

    @Test
    void leastRecentlyUsedEntryMakesRoom() {
        CacheRig rig = new CacheRig(CacheSettings.of(Duration.ofHours(3), 3, 3));
        rig.answer(Tokens.of("a"));
        rig.answer(Tokens.of("b"));
        rig.answer(Tokens.of("c"));
        rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(1));
        rig.answer(Tokens.of("d"));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.ask(Tokens.of("b"))).isNotDone();
        assertThat(rig.cache.entries()).isEqualTo(3);
        assertThat(rig.events.count("evicted SIZE")).isOne();
    }

    @Test
    void throttledAgentPauses() {
        CacheRig rig = new CacheRig();
        rig.source.fails(throttled());
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofMillis(50));

        rig.send(Tokens.of("b"));
        assertThat(rig.cache.fetchesRunning()).isZero();
        assertThat(rig.cache.fetchesWaiting()).isEqualTo(2);
    }

    @Test
    void pausesDoNotGrow() {
        CacheRig rig = new CacheRig();
        rig.source.fails(throttled());
        for (int second = 0; second < 25; second++) {
            rig.send(Tokens.of("a"));
            rig.advance(Duration.ofSeconds(1));
        }

        assertThat(rig.source.count()).isBetween(25_000 / 3_050, 25_000 / 1_500 + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void sourceIsLeftAloneAsLongAsItAsks(int status) {
        CacheRig rig = new CacheRig();
        rig.source.fails(new Failed("Any", status, false, "later", Duration.ofSeconds(20)));
        for (int second = 0; second < 60; second++) {
            rig.send(Tokens.of("a"));
            rig.advance(Duration.ofSeconds(1));
        }

        assertThat(rig.source.count()).isBetween(2, 3);
    }

    @Test
    void throttledSourceIsNotAskedForPodsThatHaveGivenUp() {
        CacheRig rig = new CacheRig();
        rig.source.fails(throttled());
        askPods(rig, 100, "10.0.0.1");
        for (int second = 0; second < 10; second++) {
            rig.send(Tokens.of("patient"), "10.0.0.2");
            rig.advance(Duration.ofSeconds(1));
        }
        rig.source.recovers();
        rig.send(Tokens.of("patient"), "10.0.0.2");
        rig.advance(Duration.ofSeconds(5));

        assertThat(rig.cache.entries()).isOne();
        assertThat(rig.cache.flights()).isZero();
        assertThat(rig.ask(Tokens.of("patient"))).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void moreCallsGoOutAtOnceWithEachAnswer() {
        CacheRig rig = new CacheRig();
        askPods(rig, 500, "10.0.0.1");
        askPods(rig, 500, "10.0.0.2");

        assertThat(rig.cache.fetchesRunning()).isEqualTo(CongestionWindow.FIRST_CALLS);
        rig.advance(Duration.ofMillis(50));
        assertThat(rig.cache.fetchesRunning()).isEqualTo(2 * CongestionWindow.FIRST_CALLS);
        rig.advance(Duration.ofMillis(150));
        assertThat(rig.cache.fetchesAllowed()).isEqualTo(CacheRig.SETTINGS.concurrentFetches());

        rig.advance(Duration.ofSeconds(11));
        assertThat(rig.cache.fetchesAllowed()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    @Test
    void executableBeginsWithMoreAndFallsBackToThem() {
        CacheRig rig = new CacheRig(CacheRig.SETTINGS.withFirstFetches(100));
        askPods(rig, 500, "10.0.0.1");

        assertThat(rig.cache.fetchesRunning()).isEqualTo(100);
        rig.advance(Duration.ofMillis(200));
        assertThat(rig.cache.fetchesAllowed()).isEqualTo(CacheRig.SETTINGS.concurrentFetches());

        rig.advance(Duration.ofSeconds(11));
        assertThat(rig.cache.fetchesAllowed()).isEqualTo(100);
    }

    @Test
    void failuresHalveTheCallsThatWereOutTogetherWithoutAPause() {
        CacheRig rig = new CacheRig();
        rig.source.fails(FakeSource.unavailable());
        askPods(rig, 30, "10.0.0.1");
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.cache.fetchesAllowed()).isEqualTo(15);
        rig.send(Tokens.of("b"));
        assertThat(rig.cache.fetchesRunning()).isOne();
    }

    @Test
    void whatIsWrongWithOnePodSlowsNobodyDown() {
        CacheRig rig = new CacheRig();
        rig.source.fails(
                new Failed("InvalidParameterException", 400, false, "the token is too long", null));
        askPods(rig, 30, "10.0.0.1");
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.cache.fetchesAllowed()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    @Test
    void throttlingHalvesTheCallsThatWereOutTogether() {
        CacheRig rig = new CacheRig();
        rig.source.fails(throttled());
        askPods(rig, 30, "10.0.0.1");
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.cache.fetchesAllowed()).isEqualTo(15);
    }

    @Test
    void afterThrottlingTheLimitsComeBack() {
        CacheRig rig = new CacheRig();
        rig.source.fails(throttled());
        rig.send(Tokens.of("a"));
        rig.advance(Duration.ofMillis(50));
        rig.source.recovers();
        askPods(rig, 100, "10.0.0.1");
        rig.advance(Duration.ofSeconds(10));

        assertThat(rig.cache.fetchesAllowed()).isBetween(10, 20);
        assertThat(rig.events.count("recovered")).isOne();
        assertThat(rig.cache.entries()).isEqualTo(101);
    }

    @Test
    void hitsAreServedWhileTheSourceThrottles() {
        CacheRig rig = new CacheRig();
        rig.answer(Tokens.of("a"));
        rig.source.fails(throttled());
        rig.send(Tokens.of("b"));
        rig.advance(Duration.ofMillis(50));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
    }

    private static CacheSettings settings(int concurrent, int waiting, int burst) {
        return new CacheSettings(
                Duration.ofHours(3),
                2_000,
                3,
                Duration.ofMillis(900),
                CongestionWindow.FIRST_CALLS,
                concurrent,
                waiting,
                20,
                burst);
    }

    private static void askPods(CacheRig rig, int pods, String client) {
        for (int pod = 0; pod < pods; pod++) {
            rig.send(Tokens.of(client + "/" + pod), client);
        }
    }

    private static Reason reason(CompletableFuture<Answer> answer) {
        return answer.getNow(null).outcome() instanceof Rejected rejected
                ? rejected.reason()
                : null;
    }
}
