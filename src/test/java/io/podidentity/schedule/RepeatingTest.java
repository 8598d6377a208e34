package io.podidentity.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class RepeatingTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Queue<Runnable> timers = new ArrayDeque<>();
    private final List<Duration> delays = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int times;

    @Test
    void isDoneAtOnceAndAtEveryInterval() {
        var _ = every(() -> times++);

        pass(3);

        assertThat(times).isEqualTo(3);
        assertThat(delays).containsExactly(Duration.ZERO, SECOND, SECOND, SECOND);
    }

    @Test
    void goesOnWhateverIsThrown() {
        var _ =
                every(
                        () -> {
                            switch (times++) {
                                case 0 -> throw new IllegalStateException("a bug");
                                case 1 -> throw new StackOverflowError("too deep");
                                default -> {}
                            }
                        });

        pass(4);

        assertThat(times).isEqualTo(4);
        assertThat(failures).hasSize(2);
        assertThat(delays).endsWith(SECOND, SECOND, SECOND, SECOND);
    }

    @Test
    void goesOnWhereItsFailureCannotBeTold() {
        var _ =
                Repeating.every(
                        SECOND,
                        this::after,
                        () -> {
                            times++;
                            throw new IllegalStateException("a bug");
                        },
                        failure -> {
                            throw new IllegalStateException("no log");
                        });

        assertThatThrownBy(this::next).hasMessage("no log");
        pass(2);

        assertThat(times).isEqualTo(3);
    }

    @Test
    void tellsOfAFailureOnceAndAgainAfterASuccess() {
        boolean[] failing = {true};
        var _ =
                every(
                        () -> {
                            if (failing[0]) {
                                throw new IllegalStateException("a bug");
                            }
                        });

        pass(5);
        failing[0] = false;
        pass(1);
        failing[0] = true;
        pass(5);

        assertThat(failures).hasSize(2);
    }

    @Test
    void triesLaterAndLaterUntilItIsDone() {
        var _ =
                Repeating.untilDone(
                        new Backoff(SECOND, SECOND.multipliedBy(5)),
                        this::after,
                        () -> {
                            if (times++ < 5) {
                                throw new IOException("refused");
                            }
                            return true;
                        },
                        failures::add);

        pass(6);

        assertThat(delays.stream().map(Duration::toSeconds))
                .containsExactly(0L, 1L, 2L, 4L, 5L, 5L);
        assertThat(timers).isEmpty();
        assertThat(failures).hasSize(1);
    }

    @Test
    void waitsNoLongerThanTheIntervalForWhatIsNotDoneYet() {
        var _ =
                Repeating.untilDone(
                        new Backoff(SECOND, SECOND.multipliedBy(60)),
                        this::after,
                        () -> ++times == 4,
                        failures::add);

        pass(4);

        assertThat(delays).containsExactly(Duration.ZERO, SECOND, SECOND, SECOND);
        assertThat(timers).isEmpty();
    }

    @Test
    void beginsNothingOnceItIsStopped() {
        Repeating repeating = every(() -> times++);
        pass(2);

        repeating.stop();
        pass(1);

        assertThat(times).isEqualTo(2);
        assertThat(timers).isEmpty();
    }

    private Repeating every(Runnable task) {
        return Repeating.every(SECOND, this::after, task, failures::add);
    }

    private void after(Duration delay, Runnable task) {
        delays.add(delay);
        timers.add(task);
    }

    private void pass(int rounds) {
        for (int i = 0; i < rounds; i++) {
            next();
        }
    }

    /** Of what is to run later there is never more than one. */
    private void next() {
        assertThat(timers).hasSize(1);
        timers.remove().run();
    }
}
