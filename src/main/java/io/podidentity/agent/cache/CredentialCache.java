package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.RenewalPolicy.Freshness;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.schedule.ClientLimits;
import io.podidentity.schedule.Timeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Answers from memory, or with one fetch for all concurrent requests. */
public final class CredentialCache implements AutoCloseable {

    /** More client addresses than a node has. */
    private static final int CLIENTS = 4_096;

    /** Some tenths of a core at most, for the forged tokens of one address. */
    private static final int VERIFICATIONS_PER_SECOND = 1_000;

    private final Timeline timeline;
    private final SealedEntries sealed;
    private final CacheEvents events;
    private final EntryStore store;
    private final UpstreamLimiter limiter;
    private final ClientLimits limits;
    private final ClientLimits verifications;
    private final ClientDeadline deadline;
    private final Renewals renewals;
    private final SingleFlight fetches;

    /**
     * @param executor runs blocking work: calls to EKS Auth and verifications
     * @param sealed where entries outlive this cache
     */
    public CredentialCache(
            CredentialSource source,
            TokenVerifier verifier,
            CacheSettings settings,
            Timeline timeline,
            Executor executor,
            RandomGenerator random,
            SealedEntries sealed,
            CacheEvents events) {
        this.timeline = timeline;
        this.sealed = settings.caching() ? sealed : SealedEntries.NONE;
        this.events = events;
        var policy = new RenewalPolicy(settings.retention());
        int size = settings.caching() ? settings.size() : 0;
        store = new EntryStore(size, policy, timeline, random, this.sealed, events);
        CongestionWindow window =
                new CongestionWindow(
                        settings.firstFetches(),
                        settings.concurrentFetches(),
                        timeline,
                        random,
                        events);
        limiter =
                new UpstreamLimiter(
                        source, settings.waitingFetches(), executor, window, timeline, events);
        limits =
                new ClientLimits(
                        settings.perClient(), settings.burstPerClient(), CLIENTS, timeline::nanos);
        verifications =
                new ClientLimits(
                        VERIFICATIONS_PER_SECOND,
                        settings.burstPerClient(),
                        CLIENTS,
                        timeline::nanos);
        deadline =
                new ClientDeadline(
                        settings.clientTimeout(), window::throttledLately, timeline, events);
        renewals =
                new Renewals(
                        settings.renewalsPerSecond(),
                        store,
                        limiter,
                        deadline,
                        timeline,
                        random,
                        events);
        fetches =
                new SingleFlight(
                        settings.waitingFetches(),
                        store,
                        this.sealed,
                        renewals,
                        verifier,
                        limiter,
                        deadline,
                        executor,
                        timeline,
                        events);
    }

    /** Starts background renewals, and to keep entries. */
    public void start() {
        sealed.start(store::contents);
        renewals.start();
    }

    /** Stops renewing; requests are still answered. */
    @Override
    public void close() {
        renewals.close();
        sealed.close();
    }

    /**
     * Answers a request for a token that has not expired. Never blocks and never fails: every
     * failure is an outcome.
     *
     * @param client the client's address, for limits per client
     */
    public CompletionStage<Answer> get(ServiceAccountToken token, String client) {
        try {
            return answer(token, client);
        } catch (RuntimeException | Error bug) {
            events.broke(bug);
            return CompletableFuture.completedStage(
                    new Answer(UpstreamLimiter.internalFailure(), Origin.REJECTED));
        }
    }

    /**
     * Answers at once for a token admitted before, without parsing it, which would cost far more
     * than the rest of a hit. Empty otherwise: then parse the token and call {@link #get}.
     */
    public Optional<CompletionStage<Answer>> recall(String rawToken) {
        TokenDigest digest = TokenDigest.of(rawToken);
        Entry entry = store.find(digest);
        if (entry == null
                || !entry.readableBy(digest, timeline.now())
                || entry.freshness(timeline) != Freshness.FRESH) {
            return Optional.empty();
        }
        return Optional.of(serve(entry));
    }

    private CompletionStage<Answer> answer(ServiceAccountToken token, String client) {
        TokenDigest digest = TokenDigest.of(token.raw());
        Entry entry = store.find(PodToken.key(token, digest));
        if (entry != null && entry.readableBy(digest)) {
            CompletionStage<Answer> held = read(entry, token, digest, client);
            if (held != null) {
                return held;
            }
        }
        Flight running = fetches.running(digest);
        return running == null ? fetch(token, digest, client) : deadline.join(running);
    }

    private @Nullable CompletionStage<Answer> read(
            Entry entry, ServiceAccountToken token, TokenDigest digest, String client) {
        if (entry.freshness(timeline) == Freshness.FRESH) {
            return serve(entry);
        }
        return renewals.read(entry, PodToken.of(token, digest), client);
    }

    private CompletionStage<Answer> serve(Entry entry) {
        entry.requested(timeline.nanos());
        events.hit();
        return entry.answer();
    }

    private CompletionStage<Answer> fetch(
            ServiceAccountToken token, TokenDigest digest, String client) {
        Flight mine = new Flight(PodToken.of(token, digest), client, timeline.nanos());
        Flight flying;
        if (limits.allow(client)) {
            flying = fetches.start(mine, token);
            flying.whenLanded(answer -> giveBack(client, answer));
        } else if (verifications.allow(client)) {
            // Pods may share an address, and a forger with them: only a genuine token has a limit
            // of its own.
            flying = fetches.startIfGenuine(mine, token, () -> limits.allow(mine.token().key()));
        } else {
            events.rejected(Reason.TOO_MANY_REQUESTS);
            return CompletableFuture.completedStage(Answer.tooMany(client));
        }
        return flying.equals(mine) ? deadline.await(mine) : deadline.join(flying);
    }

    /** What EKS Auth issues credentials for costs its client nothing. */
    private void giveBack(String client, Answer answer) {
        if (answer.outcome() instanceof Issued) {
            limits.giveBack(client);
        }
    }

    /** How many pods have an entry. */
    public int entries() {
        return store.count();
    }

    /** What each pod with an entry has, in no order. */
    public List<HeldPod> held() {
        return store.all().stream().map(entry -> HeldPod.of(entry, timeline)).toList();
    }

    /** When the first entry expires. */
    public Optional<Instant> nextExpiry() {
        return store.nextExpiry();
    }

    /** How many requested entries are close to expiry and should have been renewed. */
    public int overdue() {
        return store.overdue();
    }

    /** How many tokens have a running fetch, or were denied just now. */
    public int flights() {
        return fetches.count();
    }

    /** How many calls to EKS Auth are running. */
    public int fetchesRunning() {
        return limiter.running();
    }

    /** How many first fetches wait for their turn. */
    public int fetchesWaiting() {
        return limiter.waiting();
    }

    /** How many calls to EKS Auth may run at once now. */
    public int fetchesAllowed() {
        return limiter.allowed();
    }
}
