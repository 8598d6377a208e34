package io.podidentity.agent.cache;

import io.podidentity.agent.cache.CacheEvents.Eviction;
import io.podidentity.agent.cache.CacheEvents.Skip;
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks each second which entries are due, and renews the most urgent of those still wanted. */
final class RenewalSweep implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final EntryStore store;
    private final Renewals renewals;
    private final Timeline timeline;
    private final CacheEvents events;
    private volatile @Nullable Repeating sweeps;

    RenewalSweep(EntryStore store, Renewals renewals, Timeline timeline, CacheEvents events) {
        this.store = store;
        this.renewals = renewals;
        this.timeline = timeline;
        this.events = events;
    }

    void start() {
        sweeps = Repeating.every(EVERY, timeline::after, this::sweep, events::broke);
    }

    @Override
    public void close() {
        Repeating running = sweeps;
        if (running != null) {
            running.stop();
        }
    }

    private void sweep() {
        List<Due> due = new ArrayList<>();
        for (Entry entry : store.all()) {
            switch (entry.freshness(timeline)) {
                case FRESH -> {}
                case SPENT -> forget(entry);
                case DUE, CRITICAL -> {
                    if (toBeRenewed(entry)) {
                        due.add(new Due(entry, entry.left(timeline)));
                    }
                }
            }
        }
        due.sort(Comparator.comparing(Due::left));
        for (Due next : due) {
            if (!renewals.background(next.entry)) {
                return;
            }
        }
    }

    private void forget(Entry entry) {
        if (entry.renewal() == null) {
            store.drop(entry, Eviction.EXPIRED);
        }
    }

    private boolean toBeRenewed(Entry entry) {
        Claim claim = entry.claim();
        if (claim == null || !entry.renewable(timeline.nanos())) {
            return false;
        }
        if (!entry.wanted()) {
            rest(entry, Skip.NOT_ASKED);
            return false;
        }
        if (claim.expired(timeline.now())) {
            rest(entry, Skip.TOKEN_EXPIRED);
            return false;
        }
        return true;
    }

    private void rest(Entry entry, Skip why) {
        if (entry.rest()) {
            events.renewalSkipped(entry.pod(), why);
        }
    }

    private record Due(Entry entry, Duration left) {}
}
