package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.schedule.Timeline;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Answers from an entry for one who may read it, as its freshness demands. */
final class Reader {

    private final Renewals renewals;
    private final Patience patience;
    private final Timeline timeline;
    private final CacheEvents events;

    Reader(Renewals renewals, Patience patience, Timeline timeline, CacheEvents events) {
        this.renewals = renewals;
        this.patience = patience;
        this.timeline = timeline;
        this.events = events;
    }

    /** The answer, or null where the entry is of no use any more. */
    @Nullable CompletionStage<Answer> read(Entry entry, Claim claim, String client) {
        entry.ask(timeline.nanos());
        return switch (entry.freshness(timeline)) {
            case FRESH -> hit(entry);
            case DUE -> {
                renewals.want(entry, claim);
                yield hit(entry);
            }
            case CRITICAL -> renewedIfPossible(entry, claim, client);
            case SPENT -> onItsWay(entry);
        };
    }

    private CompletionStage<Answer> hit(Entry entry) {
        events.hit();
        return entry.hit();
    }

    private CompletionStage<Answer> renewedIfPossible(Entry entry, Claim claim, String client) {
        // Whoever has seen a renewal fail gains nothing by waiting for the next to fail.
        boolean hopeful = !entry.failing();
        Flight renewal = renewals.urge(entry, claim, client);
        if (renewal == null || !hopeful) {
            return hit(entry);
        }
        return patience.join(renewal, () -> new Answer(entry.issued(), Origin.HIT));
    }

    /** Nothing is left, but what is on its way may be awaited. */
    private @Nullable CompletionStage<Answer> onItsWay(Entry entry) {
        Flight renewal = entry.renewal();
        return renewal == null ? null : patience.join(renewal);
    }
}
