package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        Timeline.Timer timer =
                timeline.after(Duration.ofMillis(20), () -> cancelled.complete(true));
        timer.cancel();
        var _ = timeline.after(Duration.ofMillis(40), () -> later.complete(true));

        later.get(10, TimeUnit.SECONDS);
        assertThat(cancelled).isNotDone();
    }
}
