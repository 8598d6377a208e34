package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CrowdTest {

    private final CacheRig rig = new CacheRig();

    @Test
    void tenThousandPodsInAMinuteAreAllServed() {
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int pod = 0; pod < 10_000; pod++) {
            asked.add(rig.ask(Tokens.of("pod" + pod), "10.0." + pod / 256 + "." + pod % 256));
            rig.advance(Duration.ofMillis(6));
        }
        rig.advance(Duration.ofSeconds(1));

        assertThat(asked).extracting(CompletableFuture::join).allMatch(CacheRig::served);
        assertThat(rig.source.count()).isEqualTo(10_000);
        assertThat(rig.cache.entries()).isEqualTo(2_000);
        assertThat(rig.cache.flights()).isZero();
    }

    @Test
    void cacheAtItsLimitServesEverybodyUnderChurn() {
        CacheRig small = new CacheRig(CacheSettings.of(Duration.ofHours(3), 20, 3));
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            asked.add(small.ask(Tokens.of("pod" + i % 30), "10.0.0." + i % 30));
            small.advance(Duration.ofSeconds(10));
        }

        assertThat(asked).extracting(CompletableFuture::join).allMatch(CacheRig::served);
        assertThat(small.cache.entries()).isEqualTo(20);
    }

    @Test
    void podsInUseOutliveAChurnOfOthers() {
        CacheRig small = new CacheRig(CacheSettings.of(Duration.ofHours(3), 20, 3));
        small.answer(Tokens.of("steady"));
        for (int i = 0; i < 500; i++) {
            small.answer(Tokens.of("pod" + i));
            assertThat(small.ask(Tokens.of("steady"))).isCompletedWithValueMatching(CacheRig::hit);
        }
    }
}
