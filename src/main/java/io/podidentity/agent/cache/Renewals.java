package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.CacheEvents.Eviction;
import io.podidentity.agent.cache.CacheEvents.Skip;
import io.podidentity.agent.cache.RenewalPolicy.Freshness;
import io.podidentity.agent.cache.UpstreamLimiter.Permit;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.schedule.Timeline;
import io.podidentity.schedule.TokenBucket;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Renews single entries: in the background at a bounded rate, or at once for one who waits. */
final class Renewals {

    private static final String EXPIRED_TOKEN = "ExpiredTokenException";

    private final int perSecond;
    private final TokenBucket pace;
    private final EntryStore store;
    private final UpstreamLimiter limiter;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;

    Renewals(
            int perSecond,
            EntryStore store,
            UpstreamLimiter limiter,
            Timeline timeline,
            RandomGenerator random,
            CacheEvents events) {
        this.perSecond = perSecond;
        this.pace = new TokenBucket(perSecond, timeline.nanos());
        this.store = store;
        this.limiter = limiter;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
    }

    /** Somebody asked for an entry that is due: renews it, now or when the pace allows. */
    void want(Entry entry, Claim claim) {
        entry.admit(claim);
        if (entry.renewable(timeline.nanos())) {
            background(entry);
        }
    }

    /** Renews in the background; false when no more renewals may start now. */
    boolean background(Entry entry) {
        if (!pace.take(perSecond * limiter.renewalShare(), timeline.nanos())) {
            return false;
        }
        boolean started = start(entry, "", (client, work) -> limiter.submitIfIdle(work)) != null;
        if (!started) {
            pace.giveBack();
        }
        return started;
    }

    /** Renews for one who waits, as a first fetch would; null when there is nothing to wait for. */
    @Nullable Flight urge(Entry entry, Claim claim, String client) {
        entry.admit(claim);
        Flight running = entry.renewal();
        if (running != null) {
            return running;
        }
        return entry.renewable(timeline.nanos()) ? start(entry, client, limiter::submit) : null;
    }

    private @Nullable Flight start(Entry entry, String client, Way way) {
        Claim claim = entry.claim();
        if (claim == null) {
            return null;
        }
        Flight mine = new Flight(claim, client, timeline.nanos());
        Flight running = entry.renewing(mine);
        if (running == mine && !way.submit(client, permit -> fly(entry, mine, permit))) {
            entry.renewalEnded();
            mine.land(held(entry, Answer.busy()));
            return null;
        }
        return running;
    }

    private void fly(Entry entry, Flight flight, Permit permit) {
        Answer answer = new Answer(UpstreamLimiter.internalFailure(), Origin.FETCHED);
        try {
            answer = renew(entry, flight, permit);
        } catch (RuntimeException | Error bug) {
            events.broke(bug);
        } finally {
            entry.renewalEnded();
            flight.land(answer);
        }
    }

    private Answer renew(Entry entry, Flight flight, Permit permit) {
        CredentialOutcome outcome = permit.fetch(flight.claim().request());
        Answer fetched = new Answer(outcome, Origin.FETCHED);
        switch (outcome) {
            case Issued issued -> {
                if (store.put(flight, issued, entry.asked())) {
                    events.renewed(entry.pod(), !sameRole(entry.issued(), issued));
                    return fetched;
                }
                retryLater(entry, UpstreamLimiter.expired(issued));
            }
            case Failed failed when denies(entry, flight, failed) -> {
                events.renewalFailed(entry.pod(), failed, entry.renewalFailed(), true);
                store.drop(entry, Eviction.REFUSED);
                return fetched;
            }
            case Failed failed -> retryLater(entry, failed);
            case Rejected rejected -> entry.retryAt(timeline.nanos());
        }
        return held(entry, fetched);
    }

    /** Whether the source says that this pod, and not only this token, has lost its right. */
    private static boolean denies(Entry entry, Flight flight, Failed failed) {
        Claim newest = entry.claim();
        return failed.permanent()
                && !failed.code().equals(EXPIRED_TOKEN)
                && (newest == null || newest.digest().equals(flight.claim().digest()));
    }

    private void retryLater(Entry entry, Failed failed) {
        int inARow = entry.renewalFailed();
        Duration wait = RenewalPolicy.retryAfter(inARow, failed.retryAfter(), random);
        entry.retryAt(timeline.nanos() + wait.toNanos());
        events.renewalFailed(entry.pod(), failed, inARow, false);
        if (failed.code().equals(EXPIRED_TOKEN) && entry.rest()) {
            events.renewalSkipped(entry.pod(), Skip.TOKEN_EXPIRED);
        }
    }

    /** What one who waited gets when renewing failed: what there is, else the failure. */
    private Answer held(Entry entry, Answer failure) {
        return entry.freshness(timeline) == Freshness.SPENT
                ? failure
                : new Answer(entry.issued(), Origin.HIT);
    }

    private static boolean sameRole(Issued before, Issued now) {
        // The session's name at the end of the ARN may differ each time.
        return before.association().id().equals(now.association().id())
                && role(before).equals(role(now));
    }

    private static String role(Issued issued) {
        String arn = issued.association().roleArn();
        int session = arn.lastIndexOf('/');
        return session < 0 ? arn : arn.substring(0, session);
    }

    @FunctionalInterface
    private interface Way {
        boolean submit(String client, Consumer<Permit> work);
    }
}
