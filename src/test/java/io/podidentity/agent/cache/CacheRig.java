package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.VirtualTimeline;
import io.podidentity.schedule.Timeline;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A cache on virtual time, with everything around it in hand. */
final class CacheRig {

    static final CacheSettings SETTINGS = CacheSettings.of(Duration.ofHours(3), 2_000, 3);
    static final String CLIENT = "10.0.0.1";

    private static final int MAX_WAITING = 10_000;

    final VirtualTimeline timeline = new VirtualTimeline();
    final FakeSource source = new FakeSource(timeline);
    final FakeVerifier verifier = new FakeVerifier();
    final RecordedEvents events = new RecordedEvents();
    final CredentialCache cache;

    private Duration latency = Duration.ofMillis(50);

    CacheRig() {
        this(SETTINGS);
    }

    CacheRig(CacheSettings settings) {
        cache =
                new CredentialCache(
                        source,
                        verifier,
                        settings,
                        timeline,
                        task -> timeline.after(latency, task),
                        new Random(42),
                        SealedEntries.NONE,
                        events);
        cache.start();
    }

    /** What blocks takes this long from now on. */
    CacheRig latency(Duration latency) {
        this.latency = latency;
        return this;
    }

    CompletableFuture<Answer> ask(ServiceAccountToken token) {
        return ask(token, CLIENT);
    }

    CompletableFuture<Answer> ask(ServiceAccountToken token, String client) {
        return cache.get(token, client).toCompletableFuture();
    }

    /** Asks and goes away. */
    void send(ServiceAccountToken token) {
        send(token, CLIENT);
    }

    void send(ServiceAccountToken token, String client) {
        var _ = ask(token, client);
    }

    /** Asks and lets time pass until the answer is there. */
    Answer answer(ServiceAccountToken token) {
        return answer(ask(token));
    }

    Answer answer(CompletableFuture<Answer> asked) {
        for (int ms = 0; ms < MAX_WAITING && !asked.isDone(); ms++) {
            timeline.advance(Duration.ofMillis(1));
        }
        return asked.getNow(Answer.rejected(Reason.BUSY, "never answered"));
    }

    void advance(Duration by) {
        timeline.advance(by);
    }

    static Duration left(Answer answer, Timeline timeline) {
        Issued issued = (Issued) answer.outcome();
        return Duration.between(timeline.now(), issued.credentials().expiration());
    }

    static boolean served(Answer answer) {
        return answer.outcome() instanceof Issued;
    }

    static boolean hit(Answer answer) {
        return served(answer) && answer.origin() == Origin.HIT;
    }
}
