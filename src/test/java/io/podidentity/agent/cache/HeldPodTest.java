package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.HeldPod.Renewal;
import io.podidentity.harness.Tokens;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeldPodTest {

    private static final Duration UNTIL_DUE = Duration.ofMinutes(199);

    private final CacheRig rig = new CacheRig();

    @Test
    void freshEntryIsNotDue() {
        Answer answer = rig.answer(Tokens.of("a"));
        rig.advance(Duration.ofSeconds(90));

        HeldPod held = held();

        assertThat(held.renewal()).isEqualTo(Renewal.NOT_DUE);
        assertThat(held.restored()).isFalse();
        assertThat(Duration.between(held.lastAsked(), rig.timeline.now()))
                .isBetween(Duration.ofSeconds(90), Duration.ofSeconds(91));
        assertThat(Duration.between(rig.timeline.now(), held.expiration()))
                .isEqualTo(CacheRig.left(answer, rig.timeline));
    }

    @Test
    void podThatNoLongerAsksIsSuspendedWhenDue() {
        rig.answer(Tokens.of("a"));
        rig.advance(UNTIL_DUE);
        rig.advance(UNTIL_DUE);

        assertThat(rig.cache.held())
                .singleElement()
                .satisfies(held -> assertThat(held.renewal()).isEqualTo(Renewal.SUSPENDED));
    }

    @Test
    void failedRenewalShows() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.advance(UNTIL_DUE);

        assertThat(held().renewal()).isEqualTo(Renewal.FAILING);
    }

    @Test
    void runningRenewalShows() {
        rig.answer(Tokens.of("a"));
        rig.latency(Duration.ofHours(1));
        rig.advance(UNTIL_DUE);

        assertThat(held().renewal()).isEqualTo(Renewal.RUNNING);
    }

    private HeldPod held() {
        return rig.cache.held().getFirst();
    }
}
