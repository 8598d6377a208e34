package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.CacheEvents.Verification;
import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.cache.UpstreamLimiter.Permit;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.schedule.Timeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches credentials for tokens, one flight per token.
 *
 * <p>Flights are keyed by token, not by pod: a forged token must not share a genuine one's result,
 * or spoil it.
 */
final class SingleFlight {

    private static final Duration NEGATIVE_TTL = Duration.ofSeconds(1);

    /** How long a throttled fetch is repeated while requests wait for it. */
    private static final Duration MAX_THROTTLE_RETRY = Duration.ofSeconds(30);

    private final ConcurrentMap<TokenDigest, Flight> flights = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Flight> firstOfPod = new ConcurrentHashMap<>();
    private final int maxFlights;
    private final EntryStore store;
    private final SealedEntries sealed;
    private final Renewals renewals;
    private final TokenVerifier verifier;
    private final UpstreamLimiter limiter;
    private final ClientDeadline deadline;
    private final Executor executor;
    private final Timeline timeline;
    private final CacheEvents events;

    SingleFlight(
            int maxFlights,
            EntryStore store,
            SealedEntries sealed,
            Renewals renewals,
            TokenVerifier verifier,
            UpstreamLimiter limiter,
            ClientDeadline deadline,
            Executor executor,
            Timeline timeline,
            CacheEvents events) {
        this.maxFlights = maxFlights;
        this.store = store;
        this.sealed = sealed;
        this.renewals = renewals;
        this.verifier = verifier;
        this.limiter = limiter;
        this.deadline = deadline;
        this.executor = executor;
        this.timeline = timeline;
        this.events = events;
    }

    /** The running flight of this token. */
    @Nullable Flight running(TokenDigest token) {
        return flights.get(token);
    }

    int count() {
        return flights.size();
    }

    /** Starts a flight, or returns the one that another request has just started. */
    Flight start(Flight mine, ServiceAccountToken token) {
        return start(mine, () -> open(mine, token));
    }

    /**
     * Starts a flight that ends at once unless the token verifies.
     *
     * @param allowed whether the pod may fetch once more
     */
    Flight startIfGenuine(Flight mine, ServiceAccountToken token, BooleanSupplier allowed) {
        Runnable verified =
                () -> {
                    if (genuine(token) && allowed.getAsBoolean()) {
                        open(mine, token);
                    } else {
                        land(mine, Answer.tooMany(mine.client()));
                    }
                };
        return start(mine, () -> executor.execute(() -> guarded(mine, verified)));
    }

    private Flight start(Flight mine, Runnable beginning) {
        if (flights.size() >= maxFlights) {
            mine.land(Answer.busy());
            return mine;
        }
        Flight theirs = flights.putIfAbsent(mine.token().digest(), mine);
        if (theirs != null) {
            return theirs;
        }
        guarded(mine, beginning);
        return mine;
    }

    private void open(Flight mine, ServiceAccountToken token) {
        sealed.open(
                mine.token().key(),
                token.raw(),
                opened -> guarded(mine, () -> begin(mine, token, opened)));
    }

    private void begin(Flight mine, ServiceAccountToken token, @Nullable Contents opened) {
        Entry restored = opened == null ? null : store.restore(mine, opened);
        if (restored == null || !readEntry(mine, restored)) {
            begin(mine, token);
        }
    }

    private void begin(Flight mine, ServiceAccountToken token) {
        PodToken podToken = mine.token();
        Entry entry = store.find(podToken.key());
        boolean foreign = entry != null && !entry.readableBy(podToken.digest());
        if (entry != null && !foreign && readEntry(mine, entry)) {
            // Another flight landed since the caller looked into the store.
            return;
        }
        Flight first = firstOfPod.putIfAbsent(podToken.key(), mine);
        if (first != null || foreign) {
            executor.execute(() -> guarded(mine, () -> readEntryIfGenuine(mine, token, first)));
        } else {
            fetch(mine);
        }
    }

    /** Another token of this pod came first; if this one verifies, it shares the result. */
    private void readEntryIfGenuine(
            Flight mine, ServiceAccountToken token, @Nullable Flight first) {
        if (!genuine(token)) {
            fetch(mine);
        } else if (first == null) {
            readEntryOrFetch(mine);
        } else {
            first.whenLanded(landed -> guarded(mine, () -> readEntryOrFetch(mine)));
        }
    }

    /** Unverifiable tokens do not count as genuine. May block. */
    private boolean genuine(ServiceAccountToken token) {
        Verification result = verify(token);
        events.verified(result);
        return result == Verification.GENUINE;
    }

    private Verification verify(ServiceAccountToken token) {
        try {
            return switch (verifier.verify(token)) {
                case Genuine genuine -> Verification.GENUINE;
                case Refused refused -> Verification.REFUSED;
                case Unverifiable unverifiable -> Verification.UNVERIFIABLE;
            };
        } catch (RuntimeException bug) {
            events.broke(bug);
            return Verification.UNVERIFIABLE;
        }
    }

    private void readEntryOrFetch(Flight mine) {
        Entry entry = store.admit(mine.token());
        if (entry == null || !readEntry(mine, entry)) {
            fetch(mine);
        }
    }

    private boolean readEntry(Flight mine, Entry entry) {
        CompletionStage<Answer> answer = renewals.read(entry, mine.token(), mine.client());
        if (answer == null) {
            return false;
        }
        answer.thenAccept(held -> land(mine, held));
        return true;
    }

    private void fetch(Flight mine) {
        events.missed();
        submit(mine, Answer.busy());
    }

    private void submit(Flight mine, Answer otherwise) {
        if (!limiter.submit(mine.client(), permit -> guarded(mine, () -> call(mine, permit)))) {
            land(mine, otherwise);
        }
    }

    private void call(Flight mine, Permit permit) {
        if (limiter.slowedDown() && !deadline.waitedFor(mine)) {
            // Others wait now; the fleet simulation in src/bench shows what it is worth.
            land(mine, Answer.busy());
            return;
        }
        CredentialOutcome outcome = permit.fetch(mine.token().request());
        Answer answer = new Answer(outcome, Origin.FETCHED);
        if (outcome instanceof Issued issued) {
            store.put(mine, issued, mine.startNanos());
        }
        if (outcome instanceof Failed failed
                && UpstreamLimiter.throttled(failed)
                && timeline.since(mine.startNanos()).compareTo(MAX_THROTTLE_RETRY) < 0) {
            // Many SDKs never retry a 429: keep trying for clients that wait or come back.
            submit(mine, answer);
            return;
        }
        land(mine, answer);
    }

    private void land(Flight mine, Answer answer) {
        firstOfPod.remove(mine.token().key(), mine);
        if (answer.outcome() instanceof Failed failed && failed.permanent()) {
            timeline.after(NEGATIVE_TTL, () -> flights.remove(mine.token().digest(), mine));
        } else {
            flights.remove(mine.token().digest(), mine);
        }
        mine.land(answer);
    }

    /** Lands the flight even if a bug throws: requests are waiting. */
    private void guarded(Flight mine, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error bug) {
            events.broke(bug);
            land(mine, new Answer(UpstreamLimiter.internalFailure(), Origin.FETCHED));
        }
    }
}
