package io.podidentity.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TrendTest {

    @Test
    void leakGrowsByAThirdOfTheTime() {
        assertThat(trend(LongStream.range(0, 60).map(at -> 1_000 + 10 * at)).growth())
                .isEqualTo(200);
    }

    @Test
    void warmUpIsNoGrowth() {
        assertThat(trend(LongStream.range(0, 60).map(at -> Math.min(at, 15))).growth()).isZero();
    }

    @Test
    void noiseIsNoGrowth() {
        Random random = new Random(1);

        assertThat(trend(IntStream.range(0, 60).mapToLong(at -> random.nextLong(100))).growth())
                .isBetween(-30L, 30L);
    }

    @Test
    void peaksAreNoGrowth() {
        assertThat(trend(LongStream.range(0, 60).map(at -> at % 7 == 0 ? 500 : 10)).growth())
                .isZero();
    }

    @Test
    void fewSamplesSayNothing() {
        assertThatThrownBy(() -> new Trend(List.of(1L, 2L, 3L)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Trend trend(LongStream samples) {
        return new Trend(samples.boxed().toList());
    }
}
