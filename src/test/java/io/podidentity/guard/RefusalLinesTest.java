package io.podidentity.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class RefusalLinesTest {

    private final Queue<Runnable> inAMinute = new ArrayDeque<>();
    private long nanos;
    private final RefusalLines lines =
            new RefusalLines(Logger.getLogger(RefusalLinesTest.class), () -> nanos, inAMinute::add);

    @Test
    void oneClientDoesNotUseUpTheLinesOfOthers() {
        assertThat(admitted("10.0.0.1", 1_000)).isEqualTo(10);
        assertThat(admitted("10.0.0.2", 5)).isEqualTo(5);
    }

    @Test
    void allClientsTogetherAreLimited() {
        long admitted = IntStream.range(0, 10_000).filter(i -> lines.admit("10.0.0." + i)).count();
        assertThat(admitted).isEqualTo(40);
    }

    @Test
    void linesComeBackWithTime() {
        admitted("10.0.0.1", 1_000);
        nanos += Duration.ofSeconds(10).toNanos();
        assertThat(admitted("10.0.0.1", 1_000)).isEqualTo(2);
    }

    @Test
    void whatWasLeftOutIsToldOnceAMinute() {
        admitted("10.0.0.1", 1_000);
        assertThat(inAMinute).hasSize(1);
        inAMinute.remove().run();
        admitted("10.0.0.1", 1_000);
        assertThat(inAMinute).hasSize(1);
    }

    @Test
    void textOfAClientIsShortAndOfOneLine() {
        assertThat(RefusalLines.shortened("a\nb\u0007")).isEqualTo("a?b?");
        assertThat(RefusalLines.shortened("x".repeat(12_000))).hasSize(203).endsWith("...");
        assertThat(RefusalLines.shortened(null)).isEqualTo("null");
    }

    private int admitted(String client, int asked) {
        return (int) IntStream.range(0, asked).filter(i -> lines.admit(client)).count();
    }
}
