package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.VirtualTimeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CongestionWindowTest {

    private static final Duration ROUND_TRIP = Duration.ofMillis(50);

    private final VirtualTimeline timeline = new VirtualTimeline();
    private final CongestionWindow window =
            new CongestionWindow(
                    CongestionWindow.FIRST_CALLS, 512, timeline, new Random(42), CacheEvents.NONE);

    private final LongConsumer ok = window::onSuccess;
    private final LongConsumer throttled = this::throttle;
    private final LongConsumer failed = window::onFailure;

    @Test
    void quickAnswersLetMoreCallsOut() {
        roundTrip(Collections.nCopies(CongestionWindow.FIRST_CALLS, ok));

        assertThat(window.open()).isEqualTo(2 * CongestionWindow.FIRST_CALLS);
    }

    @Test
    void slowAnswersDoNot() {
        roundTrip(Duration.ofMillis(700), Collections.nCopies(CongestionWindow.FIRST_CALLS, ok));

        assertThat(window.open()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    /** A burst after a quiet day must not let out more than was ever tried. */
    @Test
    void answersOfAFewCallsDoNot() {
        for (int call = 0; call < 1_000; call++) {
            roundTrip(List.of(ok, ok));
        }

        assertThat(window.open()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    @Test
    void aFewCallsMakeUpForFailures() {
        roundTrip(Collections.nCopies(CongestionWindow.FIRST_CALLS, failed));
        for (int call = 0; call < 100; call++) {
            roundTrip(List.of(ok));
        }

        assertThat(window.open()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    /** What an executable begins with was tried then, but not since. */
    @Test
    void aFewCallsDoNotBringAWiderBeginningBack() {
        CongestionWindow wide =
                new CongestionWindow(128, 512, timeline, new Random(42), CacheEvents.NONE);
        assertThat(wide.open()).isEqualTo(128);
        wide.onFailure(timeline.nanos());
        assertThat(wide.open()).isLessThan(CongestionWindow.FIRST_CALLS);

        for (int call = 0; call < 1_000; call++) {
            timeline.advance(ROUND_TRIP);
            long start = timeline.nanos();
            assertThat(wide.begin()).isTrue();
            timeline.advance(ROUND_TRIP);
            wide.onSuccess(start);
            wide.end();
        }

        assertThat(wide.open()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    @Test
    void callsAreBounded() {
        grow(512);
        roundTrip(Collections.nCopies(512, ok));

        assertThat(window.open()).isEqualTo(512);
    }

    @Test
    void failureOfCallsSentBeforeTheLastOneCountsOnce() {
        grow(128);
        roundTrip(Collections.nCopies(100, failed));

        assertThat(window.open()).isEqualTo(50);
    }

    @Test
    void sourceThatFailsIsStillAskedByAFew() {
        for (int second = 0; second < 60; second++) {
            roundTrip(List.of(failed));
        }

        assertThat(window.open()).isEqualTo(8);
    }

    @Test
    void throttledSourceIsAskedByOneAtLeast() {
        for (int minute = 0; minute < 60; minute++) {
            timeline.advance(Duration.ofMinutes(1));
            roundTrip(List.of(throttled));
        }

        assertThat(window.open()).isOne();
    }

    @Test
    void alternatingAnswersOfOneRoundTripHalveTheCallsOnce() {
        grow(128);
        List<LongConsumer> answers = new ArrayList<>();
        for (int pair = 0; pair < 64; pair++) {
            answers.add(ok);
            answers.add(throttled);
        }
        roundTrip(answers);

        assertThat(window.open()).isEqualTo(64);
    }

    @Test
    void answersInOrderDoTheSame() {
        grow(128);
        roundTrip(sorted());

        assertThat(window.open()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shuffledAnswersDoTheSame(long seed) {
        grow(128);
        List<LongConsumer> answers = sorted();
        Collections.shuffle(answers, new Random(seed));
        roundTrip(answers);

        assertThat(window.open()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shuffledAnswersOfEveryKindEndInANarrowBand(long seed) {
        grow(128);
        List<LongConsumer> answers = new ArrayList<>(Collections.nCopies(40, ok));
        answers.addAll(Collections.nCopies(40, throttled));
        answers.addAll(Collections.nCopies(40, failed));
        Collections.shuffle(answers, new Random(seed));
        roundTrip(answers);

        assertThat(window.open()).isBetween(59, 61);
    }

    /** A source that answers so many calls a round trip and throttles all others. */
    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64})
    void windowStaysNearWhatTheSourceAnswers(int capacity) {
        Random order = new Random(42);
        int sum = 0;
        for (int round = 0; round < 400; round++) {
            List<LongConsumer> answers = new ArrayList<>();
            int out = window.open();
            for (int call = 0; call < out; call++) {
                answers.add(call < capacity ? ok : throttled);
            }
            Collections.shuffle(answers, order);
            timeline.advance(Duration.ofSeconds(3));
            roundTrip(answers);
            sum += round < 100 ? 0 : window.open();
        }

        assertThat(sum / 300).isBetween(capacity / 2, capacity * 3 / 2);
    }

    @Test
    void successOfACallSentBeforeTheCutDoesNotEndThrottling() {
        roundTrip(List.of(throttled, ok, ok, ok));
        Duration first = window.pause();
        timeline.advance(first);
        roundTrip(List.of(throttled, ok));

        assertThat(first).isBetween(Duration.ofMillis(300), Duration.ofMillis(600));
        assertThat(window.pause()).isBetween(Duration.ofMillis(1_500), Duration.ofMillis(3_000));
    }

    @Test
    void windowGrowsByOneARoundTripAfterThrottling() {
        grow(64);
        roundTrip(Collections.nCopies(64, throttled));
        timeline.advance(Duration.ofSeconds(1));
        roundTrip(Collections.nCopies(32, ok));

        assertThat(window.open()).isBetween(32, 33);
    }

    /** Renewals come back far more slowly, for which there is no hurry. */
    @Test
    void throttlingIsOverSecondsAfterItsPause() {
        Duration asked = Duration.ofSeconds(30);
        roundTrip(List.of(begun -> window.onThrottled(begun, asked)));
        timeline.advance(asked);
        assertThat(window.throttledLately()).isTrue();

        timeline.advance(asked.plusSeconds(10));
        assertThat(window.throttledLately()).isFalse();
        assertThat(window.renewalShare()).isLessThan(1);
    }

    @ParameterizedTest
    @CsvSource({
        // asked for, at least, at most
        "PT0.1S, PT0.3S, PT0.6S",
        "PT2S, PT2S, PT4S",
        "PT10M, PT1M, PT2M",
    })
    void pauseIsWhatTheSourceAsksForWithinBounds(Duration asked, Duration least, Duration most) {
        roundTrip(List.of(begun -> window.onThrottled(begun, asked)));

        assertThat(window.pause()).isBetween(least, most);
    }

    @Test
    void noCallGoesOutWithinThePauseAndOneDoesAtItsEnd() {
        roundTrip(List.of(throttled));
        timeline.advance(window.pause().minusNanos(1));
        boolean within = window.begin();
        timeline.advance(Duration.ofNanos(1));

        assertThat(within).isFalse();
        assertThat(window.begin()).isTrue();
    }

    @Test
    void whatWasLearnedIsForgottenInASilence() {
        grow(512);
        timeline.advance(Duration.ofSeconds(10));
        int before = window.open();
        timeline.advance(Duration.ofNanos(1));

        assertThat(before).isEqualTo(512);
        assertThat(window.open()).isEqualTo(CongestionWindow.FIRST_CALLS);
    }

    @Test
    void halfOfTheCallsOfThisRoundTripOrTheLastIsLeft() {
        grow(128);
        roundTrip(Collections.nCopies(100, ok));
        roundTrip(Collections.nCopies(20, failed));

        assertThat(window.open()).isEqualTo(50);
    }

    @Test
    void callsOfTheRoundTripsBeforeAreForgotten() {
        grow(128);
        roundTrip(Collections.nCopies(100, ok));
        roundTrip(Collections.nCopies(20, ok));
        roundTrip(Collections.nCopies(20, ok));
        roundTrip(Collections.nCopies(20, failed));

        assertThat(window.open()).isEqualTo(10);
    }

    private void throttle(long begun) {
        window.onThrottled(begun, null);
    }

    private List<LongConsumer> sorted() {
        List<LongConsumer> answers = new ArrayList<>(Collections.nCopies(64, ok));
        answers.addAll(Collections.nCopies(64, throttled));
        return answers;
    }

    /** So many calls begin together, and are answered one after the other. */
    private void roundTrip(List<LongConsumer> answers) {
        roundTrip(ROUND_TRIP, answers);
    }

    private void roundTrip(Duration latency, List<LongConsumer> answers) {
        long begun = timeline.nanos();
        answers.forEach(answer -> assertThat(window.begin()).isTrue());
        timeline.advance(latency);
        for (LongConsumer answer : answers) {
            timeline.advance(Duration.ofNanos(1_000));
            answer.accept(begun);
            window.end();
        }
    }

    /** As many calls as are allowed are answered, until so many are. */
    private void grow(int calls) {
        while (window.open() < calls) {
            roundTrip(Collections.nCopies(window.open(), ok));
        }
    }
}
