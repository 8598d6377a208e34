package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlowdownTest {

    private final VirtualTimeline timeline = new VirtualTimeline();
    private final Slowdown slowdown = new Slowdown(512, timeline, new Random(42), CacheEvents.NONE);

    @Test
    void quickAnswersLetMoreCallsOut() {
        answered(Duration.ofMillis(50));

        assertThat(slowdown.open()).isEqualTo(Slowdown.FIRST_CALLS + 1);
    }

    @Test
    void slowAnswersDoNot() {
        answered(Duration.ofMillis(700));

        assertThat(slowdown.open()).isEqualTo(Slowdown.FIRST_CALLS);
    }

    @Test
    void callsAreBounded() {
        for (int call = 0; call < 1_000; call++) {
            answered(Duration.ZERO);
        }

        assertThat(slowdown.open()).isEqualTo(512);
    }

    @Test
    void failureOfCallsSentBeforeTheLastOneCountsOnce() {
        long begun = timeline.nanos();
        timeline.advance(Duration.ofMillis(50));
        slowdown.failed(begun, 100);
        slowdown.failed(begun, 99);

        assertThat(slowdown.open()).isEqualTo(50);
    }

    @Test
    void sourceThatFailsIsStillAskedByAFew() {
        for (int second = 0; second < 60; second++) {
            long begun = timeline.nanos();
            timeline.advance(Duration.ofSeconds(1));
            slowdown.failed(begun, 1);
        }

        assertThat(slowdown.open()).isEqualTo(8);
    }

    @Test
    void throttledSourceIsAskedByOneAtLeast() {
        for (int minute = 0; minute < 60; minute++) {
            timeline.advance(Duration.ofMinutes(1));
            slowdown.throttled(timeline.nanos(), 1, null);
        }

        assertThat(slowdown.open()).isOne();
    }

    private void answered(Duration after) {
        long begun = timeline.nanos();
        timeline.advance(after);
        slowdown.eased(begun);
    }
}
