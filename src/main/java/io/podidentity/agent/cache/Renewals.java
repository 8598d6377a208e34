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
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.Timeline;
import io.podidentity.schedule.TokenBucket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers from entries according to their freshness, and renews them: in the background at a
 * bounded rate, or at once for a waiting request.
 */
final class Renewals implements AutoCloseable {

    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);

    private static final String EXPIRED_TOKEN = "ExpiredTokenException";

    private final int perSecond;
    private final TokenBucket rate;
    private final EntryStore store;
    private final UpstreamLimiter limiter;
    private final ClientDeadline deadline;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final CacheEvents events;
    private volatile @Nullable Repeating sweeps;

    Renewals(
            int perSecond,
            EntryStore store,
            UpstreamLimiter limiter,
            ClientDeadline deadline,
            Timeline timeline,
            RandomGenerator random,
            CacheEvents events) {
        this.perSecond = perSecond;
        this.rate = new TokenBucket(perSecond, timeline.nanos());
        this.store = store;
        this.limiter = limiter;
        this.deadline = deadline;
        this.timeline = timeline;
        this.random = random;
        this.events = events;
    }

    /** The answer, or null if the entry cannot be used. */
    @Nullable CompletionStage<Answer> read(Entry entry, PodToken token, String client) {
        entry.requested(timeline.nanos());
        return switch (entry.freshness(timeline)) {
            case FRESH -> serve(entry);
            case DUE -> {
                renewInBackground(entry, token);
                yield serve(entry);
            }
            case EXPIRING -> renewedIfPossible(entry, token, client);
            case EXPIRED -> joinRunning(entry);
        };
    }

    private CompletionStage<Answer> serve(Entry entry) {
        events.hit();
        return entry.answer();
    }

    private CompletionStage<Answer> renewedIfPossible(Entry entry, PodToken token, String client) {
        // After a failed renewal, waiting for the next one is rarely worth it.
        boolean hopeful = !entry.failing();
        Flight renewal = renewNow(entry, token, client);
        if (renewal == null || !hopeful) {
            return serve(entry);
        }
        return deadline.join(renewal, () -> new Answer(entry.issued(), Origin.HIT));
    }

    /** Expired, but a running renewal may be awaited. */
    private @Nullable CompletionStage<Answer> joinRunning(Entry entry) {
        Flight renewal = entry.renewal();
        return renewal == null ? null : deadline.join(renewal);
    }

    /** Looks for due entries from now on, and renews the most urgent that are still requested. */
    void start() {
        sweeps = Repeating.every(SWEEP_INTERVAL, timeline::after, this::sweep, events::broke);
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
        Instant now = timeline.now();
        long nanos = timeline.nanos();
        for (Entry entry : store.all()) {
            switch (entry.freshness(now, nanos)) {
                case FRESH -> {}
                case EXPIRED -> dropUnlessRenewing(entry);
                case DUE, EXPIRING -> {
                    if (toBeRenewed(entry)) {
                        due.add(new Due(entry, entry.left(timeline)));
                    }
                }
            }
        }
        due.sort(Comparator.comparing(Due::left));
        for (Due next : due) {
            if (!startInBackground(next.entry)) {
                return;
            }
        }
    }

    private void dropUnlessRenewing(Entry entry) {
        if (entry.renewal() == null) {
            store.drop(entry, Eviction.EXPIRED);
        }
    }

    private boolean toBeRenewed(Entry entry) {
        PodToken token = entry.renewalToken();
        if (token == null || !entry.renewable(timeline.nanos())) {
            return false;
        }
        if (!entry.requestedSinceFetch()) {
            suspend(entry, Skip.NOT_ASKED);
            return false;
        }
        if (token.expired(timeline.now())) {
            suspend(entry, Skip.TOKEN_EXPIRED);
            return false;
        }
        return true;
    }

    private void suspend(Entry entry, Skip why) {
        if (entry.suspendRenewal()) {
            events.renewalSkipped(entry.pod(), why);
        }
    }

    /** A due entry was requested: renews it, now or when the rate allows. */
    private void renewInBackground(Entry entry, PodToken token) {
        entry.admit(token);
        if (entry.renewable(timeline.nanos())) {
            startInBackground(entry);
        }
    }

    /** Starts a background renewal; false when no more may start now. */
    private boolean startInBackground(Entry entry) {
        if (!rate.take(perSecond * limiter.renewalShare(), timeline.nanos())) {
            return false;
        }
        boolean started = start(entry, "", (client, work) -> limiter.submitIfIdle(work)) != null;
        if (!started) {
            rate.giveBack();
        }
        return started;
    }

    /** Renews for a waiting request, queued like a first fetch; null if there is no renewal. */
    private @Nullable Flight renewNow(Entry entry, PodToken token, String client) {
        entry.admit(token);
        Flight running = entry.renewal();
        if (running != null) {
            return running;
        }
        return entry.renewable(timeline.nanos()) ? start(entry, client, limiter::submit) : null;
    }

    private @Nullable Flight start(Entry entry, String client, Submitter submitter) {
        PodToken token = entry.renewalToken();
        if (token == null) {
            return null;
        }
        Flight mine = new Flight(token, client, timeline.nanos());
        Flight running = entry.renewing(mine);
        if (running == mine
                && !submitter.submit(client, permit -> runRenewal(entry, mine, permit))) {
            entry.renewalEnded();
            mine.land(held(entry, Answer.busy()));
            return null;
        }
        return running;
    }

    private void runRenewal(Entry entry, Flight flight, Permit permit) {
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
        CredentialOutcome outcome = permit.fetch(flight.token().request());
        Answer fetched = new Answer(outcome, Origin.FETCHED);
        switch (outcome) {
            case Issued issued -> {
                if (store.put(flight, issued, entry.lastRequestNanos())) {
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

    /** Whether EKS Auth denies this pod, and not only this token. */
    private static boolean denies(Entry entry, Flight flight, Failed failed) {
        PodToken newest = entry.renewalToken();
        return failed.permanent()
                && !failed.code().equals(EXPIRED_TOKEN)
                && (newest == null || newest.digest().equals(flight.token().digest()));
    }

    private void retryLater(Entry entry, Failed failed) {
        int inARow = entry.renewalFailed();
        Duration wait = RenewalPolicy.retryAfter(inARow, failed.retryAfter(), random);
        entry.retryAt(timeline.nanos() + wait.toNanos());
        events.renewalFailed(entry.pod(), failed, inARow, false);
        if (failed.code().equals(EXPIRED_TOKEN) && entry.suspendRenewal()) {
            events.renewalSkipped(entry.pod(), Skip.TOKEN_EXPIRED);
        }
    }

    /** The answer when renewing failed: the held credentials unless expired, else the failure. */
    private Answer held(Entry entry, Answer failure) {
        return entry.freshness(timeline) == Freshness.EXPIRED
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

    private record Due(Entry entry, Duration left) {}

    @FunctionalInterface
    private interface Submitter {
        boolean submit(String client, Consumer<Permit> work);
    }
}
