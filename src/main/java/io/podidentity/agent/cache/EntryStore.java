package io.podidentity.agent.cache;

import io.podidentity.agent.cache.CacheEvents.Eviction;
import io.podidentity.agent.cache.RenewalPolicy.Freshness;
import io.podidentity.agent.cache.RenewalPolicy.Plan;
import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A bounded number of entries; reading takes no lock. */
final class EntryStore {

    /** How many keys of tokens no longer admitted may accumulate. */
    private static final int SPARE_KEYS = 64;

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentMap<TokenDigest, String> keys = new ConcurrentHashMap<>();
    private final int size;
    private final RenewalPolicy policy;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final SealedEntries sealed;
    private final CacheEvents events;

    EntryStore(
            int size,
            RenewalPolicy policy,
            Timeline timeline,
            RandomGenerator random,
            SealedEntries sealed,
            CacheEvents events) {
        this.size = size;
        this.policy = policy;
        this.timeline = timeline;
        this.random = random;
        this.sealed = sealed;
        this.events = events;
    }

    @Nullable Entry find(String key) {
        return entries.get(key);
    }

    /** The entry that a token was admitted to, which may no longer admit it. */
    @Nullable Entry find(TokenDigest token) {
        String key = keys.get(token);
        return key == null ? null : entries.get(key);
    }

    Collection<Entry> all() {
        return entries.values();
    }

    int count() {
        return entries.size();
    }

    /** When the first entry expires. */
    Optional<Instant> nextExpiry() {
        return entries.values().stream()
                .map(entry -> expiration(entry.issued()))
                .min(Comparator.naturalOrder());
    }

    /** How many requested entries should have been renewed and were not. */
    int overdue() {
        return (int) entries.values().stream().filter(entry -> entry.overdue(timeline)).count();
    }

    /**
     * Stores the credentials that a flight brought, replacing its pod's entry.
     *
     * @param lastRequestNanos when a client last asked for them
     * @return false if they have expired
     */
    boolean put(Flight flight, Issued issued, long lastRequestNanos) {
        Duration lifetime = Duration.between(timeline.now(), issued.credentials().expiration());
        Plan plan = policy.plan(lifetime, random);
        if (plan.freshness(lifetime.toNanos()) == Freshness.EXPIRED) {
            return false;
        }
        if (size > 0) {
            put(
                    new Entry(
                            flight,
                            issued,
                            lastRequestNanos,
                            timeline.nanos(),
                            lifetime,
                            plan,
                            sealed));
            keys.put(flight.token().digest(), flight.token().key());
            sealed.changed(flight.token().key());
        }
        return true;
    }

    /**
     * Puts back what was sealed for a flight's own token, unless newer credentials are here: then
     * that token may read those. Null if neither can be used.
     */
    synchronized @Nullable Entry restore(Flight flight, Contents opened) {
        PodToken token = flight.token();
        Entry held = entries.get(token.key());
        if (held != null && !expiration(opened.issued()).isAfter(expiration(held.issued()))) {
            return held.readableBy(token.digest()) ? held : admit(token);
        }
        Duration age = opened.lifetime().minus(opened.left());
        Entry restored =
                new Entry(
                        flight,
                        opened.issued(),
                        flight.lastRequestNanos(),
                        timeline.nanos() - age.toNanos(),
                        opened.lifetime(),
                        policy.plan(opened.lifetime(), random),
                        sealed);
        if (restored.freshness(timeline) == Freshness.EXPIRED) {
            if (held == null) {
                sealed.dropped(token.key(), false);
            }
            return null;
        }
        put(restored);
        keys.put(token.digest(), token.key());
        return restored;
    }

    /** An entry as it is to be sealed; null if there is none. */
    @Nullable Contents contents(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.contents(timeline);
    }

    private static Instant expiration(Issued issued) {
        return issued.credentials().expiration();
    }

    private synchronized void put(Entry fresh) {
        entries.compute(
                fresh.key(),
                (key, old) -> {
                    if (old != null) {
                        fresh.inherit(old);
                    }
                    return fresh;
                });
        if (keys.size() > SPARE_KEYS + Entry.READERS * entries.size()) {
            keys.entrySet().removeIf(key -> !reads(key.getKey(), key.getValue()));
        }
        while (entries.size() > size) {
            // A scan costs microseconds, and only a full cache pays; a list would cost every hit.
            entries.values().stream()
                    .filter(entry -> entry != fresh)
                    .min((a, b) -> Long.signum(a.lastRequestNanos() - b.lastRequestNanos()))
                    .ifPresent(entry -> drop(entry, Eviction.SIZE));
        }
    }

    private boolean reads(TokenDigest token, String key) {
        Entry entry = entries.get(key);
        return entry != null && entry.readableBy(token);
    }

    /** Admits a genuine token to its pod's entry; null if there is none. */
    @Nullable Entry admit(PodToken good) {
        Entry entry =
                entries.computeIfPresent(
                        good.key(),
                        (key, held) -> {
                            if (good.samePod(held.pod())) {
                                held.admit(good);
                            }
                            return held;
                        });
        if (entry == null || !good.samePod(entry.pod())) {
            return null;
        }
        keys.put(good.digest(), good.key());
        sealed.changed(good.key());
        return entry;
    }

    /** Removes this entry, but not one that has replaced it. */
    void drop(Entry entry, Eviction cause) {
        if (entries.remove(entry.key(), entry)) {
            entry.readers().forEach(reader -> keys.remove(reader.digest(), entry.key()));
            sealed.dropped(entry.key(), cause == Eviction.REFUSED);
            events.evicted(cause);
        }
    }
}
