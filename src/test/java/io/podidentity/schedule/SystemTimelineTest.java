package io.podidentity.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemTimelineTest {

    private final SystemTimeline timeline = new SystemTimeline(Clock.systemUTC());

    @AfterEach
    void stop() {
        timeline.close();
    }

    @Test
    void runsATaskOnItsOwnNamedThread() throws Exception {
        CompletableFuture<String> thread = new CompletableFuture<>();
        var _ =
                timeline.after(
                        Duration.ofMillis(1),
                        () -> thread.complete(Thread.currentThread().getName()));

        assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("credential-timers");
    }

    @Test
    void forgetsACancelledTask() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        var _ = timeline.after(Duration.ZERO, () -> await(busy));
        Timeline.Timer timer = timeline.after(Duration.ofMillis(1), () -> cancelled.complete(true));
        var _ = timeline.after(Duration.ofMillis(2), () -> later.complete(true));

        timer.cancel();
        busy.countDown();

        later.get(10, TimeUnit.SECONDS);
        assertThat(cancelled).isNotDone();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
