package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Tokens;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a request has taken is free again once it was answered, however that was. */
class NothingIsLeftBehindTest {

    private static final Duration LONGER_THAN_ANY_CALL = Duration.ofMinutes(1);

    private final CacheRig rig = new CacheRig();
    private boolean shuttingDown;

    @AfterEach
    void nextTestIsNotInterrupted() {
        Thread.interrupted();
    }

    @Test
    void threadThatMadeACallIsNotInterruptedLater() {
        rig.answer(Tokens.of("a"));

        rig.advance(LONGER_THAN_ANY_CALL);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void threadWhoseCallFailedIsNotInterruptedLater() {
        rig.source.answers(
                request -> {
                    throw new IllegalStateException("a bug of the source");
                });
        rig.answer(Tokens.of("a"));

        rig.advance(LONGER_THAN_ANY_CALL);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void callThatHangsIsInterrupted() {
        rig.source.answers(
                request -> {
                    rig.advance(Duration.ofSeconds(11));
                    assertThat(Thread.interrupted()).isTrue();
                    return unavailable();
                });

        rig.answer(Tokens.of("a"));

        assertThat(rig.events.lines()).noneMatch(line -> line.startsWith("broke"));
    }

    @Test
    void answeredRequestsLeaveNoTimers() {
        int before = rig.timeline.pending();

        rig.answer(Tokens.of("a"));
        rig.source.fails(unavailable());
        rig.answer(Tokens.of("b"));

        assertThat(rig.timeline.pending()).isEqualTo(before);
        assertThat(rig.cache.flights()).isZero();
    }

    @Test
    void denialIsForgottenAfterASecond() {
        rig.source.fails(denied());
        rig.answer(Tokens.of("a"));
        assertThat(rig.cache.flights()).isOne();

        rig.advance(Duration.ofSeconds(1));

        assertThat(rig.cache.flights()).isZero();
    }

    @Test
    void permitOfAFirstFetchThatCannotStartIsFreeAgain() {
        CredentialCache cache = cacheOnThreadsThatMayBeGone();
        shuttingDown = true;
        var asked = cache.get(Tokens.of("a"), CacheRig.CLIENT).toCompletableFuture();

        assertThat(cache.fetchesRunning()).isZero();
        rig.advance(Duration.ofSeconds(1));
        assertThat(asked).isDone();
    }

    @Test
    void renewalThatCannotStartGivesItsPermitBackAndStartsLater() {
        CredentialCache cache = cacheOnThreadsThatMayBeGone();
        cache.start();
        var asked = cache.get(Tokens.of("a"), CacheRig.CLIENT).toCompletableFuture();
        rig.advance(Duration.ofSeconds(1));
        assertThat(asked).isDone();
        int calls = rig.source.count();
        shuttingDown = true;

        rig.advance(Duration.ofHours(4));
        var _ = cache.get(Tokens.of("a"), CacheRig.CLIENT);
        rig.advance(Duration.ofMinutes(5));

        assertThat(rig.source.count()).isEqualTo(calls);
        assertThat(cache.fetchesRunning()).isZero();

        shuttingDown = false;
        rig.advance(Duration.ofMinutes(1));

        assertThat(rig.source.count()).isEqualTo(calls + 1);
    }

    private CredentialCache cacheOnThreadsThatMayBeGone() {
        return new CredentialCache(
                rig.source,
                rig.verifier,
                CacheRig.SETTINGS,
                rig.timeline,
                task -> {
                    if (shuttingDown) {
                        throw new RejectedExecutionException("the threads are gone");
                    }
                    task.run();
                },
                new Random(42),
                SealedEntries.NONE,
                CacheEvents.NONE);
    }
}
