package io.podidentity.agent.cache;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.RenewalPolicy.Freshness;
import io.podidentity.agent.cache.RenewalPolicy.Plan;
import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One pod's credentials: which tokens may read them, how fresh they are, and their renewal. */
final class Entry {

    /** A pod holds an old and a new token for some hours; more is a misbehaving container. */
    static final int READERS = 4;

    private final String key;
    private final @Nullable PodIdentity pod;
    private final Issued issued;
    private final CompletionStage<Answer> answer;

    private final long fetchStartNanos;
    private final long storedNanos;
    private final long lifetimeNanos;
    private final Plan plan;
    private final SealedEntries sealed;

    private volatile long lastRequestNanos;
    private volatile List<AdmittedToken> readers;
    private @Nullable PodToken renewalToken;
    private @Nullable Flight renewal;
    private int failures;
    private long retryNanos;

    /**
     * @param flight the fetch or renewal that brought the credentials
     * @param lastRequestNanos when a client last asked
     * @param storedNanos when they were stored, or would have been if they had lived here since
     */
    Entry(
            Flight flight,
            Issued issued,
            long lastRequestNanos,
            long storedNanos,
            Duration lifetime,
            Plan plan,
            SealedEntries sealed) {
        this.key = flight.token().key();
        this.pod = flight.token().pod();
        this.issued = issued;
        this.answer = CompletableFuture.completedStage(new Answer(issued, Origin.HIT));
        this.fetchStartNanos = flight.startNanos();
        this.storedNanos = storedNanos;
        this.lifetimeNanos = lifetime.toNanos();
        this.plan = plan;
        this.sealed = sealed;
        this.lastRequestNanos = lastRequestNanos;
        this.readers = List.of(AdmittedToken.of(flight.token(), sealed));
        this.renewalToken = flight.token();
    }

    String key() {
        return key;
    }

    @Nullable PodIdentity pod() {
        return pod;
    }

    Issued issued() {
        return issued;
    }

    /** The answer for all readers, created once. */
    CompletionStage<Answer> answer() {
        return answer;
    }

    boolean readableBy(TokenDigest token) {
        return admitted(token) != null;
    }

    /** Whether this token was admitted and has not expired. */
    boolean readableBy(TokenDigest token, Instant now) {
        AdmittedToken admitted = admitted(token);
        return admitted != null && admitted.valid(now);
    }

    private @Nullable AdmittedToken admitted(TokenDigest token) {
        for (AdmittedToken each : readers) {
            if (each.digest().equals(token)) {
                return each;
            }
        }
        return null;
    }

    List<AdmittedToken> readers() {
        return readers;
    }

    /** Whether they were put back: what is fetched is stored after its fetch began. */
    boolean restored() {
        return storedNanos - fetchStartNanos < 0;
    }

    /** What is sealed for each token that may read it now. */
    Contents contents(Timeline timeline) {
        Instant now = timeline.now();
        return new Contents(
                issued,
                Duration.ofNanos(lifetimeNanos),
                left(timeline),
                readers.stream().filter(each -> each.valid(now)).map(AdmittedToken::seal).toList());
    }

    /** Admits a genuine token, and uses it for renewals if it is the newest. */
    synchronized void admit(PodToken good) {
        if (!readableBy(good.digest())) {
            readers =
                    Stream.concat(Stream.of(AdmittedToken.of(good, sealed)), readers.stream())
                            .limit(READERS)
                            .toList();
        }
        if (renewalToken == null || good.newerThan(renewalToken)) {
            renewalToken = good;
        }
    }

    /** Takes over readers, last request and renewal token of the entry it replaces. */
    synchronized void inherit(Entry old) {
        if (pod == null || !pod.equals(old.pod)) {
            return;
        }
        readers =
                Stream.concat(
                                readers.stream(),
                                old.readers.stream().filter(each -> !readableBy(each.digest())))
                        .limit(READERS)
                        .toList();
        lastRequestNanos =
                Math.max(lastRequestNanos - fetchStartNanos, old.lastRequestNanos - fetchStartNanos)
                        + fetchStartNanos;
        PodToken theirs = old.renewalToken();
        if (theirs != null && (renewalToken == null || theirs.newerThan(renewalToken))) {
            renewalToken = theirs;
        }
    }

    /**
     * The smaller of wall-clock and monotonic remaining time: the wall clock may be set back, and
     * the monotonic one stops while the machine sleeps.
     */
    Duration left(Timeline timeline) {
        return Duration.ofNanos(left(timeline.now(), timeline.nanos()));
    }

    /** The same, without an object: all entries are looked at each second. */
    private long left(Instant now, long nanos) {
        long byWall = now.until(issued.credentials().expiration(), ChronoUnit.NANOS);
        return Math.min(byWall, lifetimeNanos - (nanos - storedNanos));
    }

    Freshness freshness(Timeline timeline) {
        return freshness(timeline.now(), timeline.nanos());
    }

    Freshness freshness(Instant now, long nanos) {
        return plan.freshness(left(now, nanos));
    }

    void requested(long nanos) {
        lastRequestNanos = nanos;
    }

    /** When a client last asked. */
    long lastRequestNanos() {
        return lastRequestNanos;
    }

    /** Whether a client asked since this entry's fetch began. */
    boolean requestedSinceFetch() {
        return lastRequestNanos - fetchStartNanos >= 0;
    }

    /** Whether it should have been renewed but was not, although its pod asks. */
    boolean overdue(Timeline timeline) {
        boolean late =
                switch (freshness(timeline)) {
                    case FRESH, DUE -> false;
                    case EXPIRING, EXPIRED -> true;
                };
        return late && requestedSinceFetch() && renewalToken() != null;
    }

    /** The newest genuine token; null while renewals are suspended. */
    synchronized @Nullable PodToken renewalToken() {
        return renewalToken;
    }

    /** Forgets the token: no renewals until the next request. */
    synchronized boolean suspendRenewal() {
        boolean had = renewalToken != null;
        renewalToken = null;
        return had;
    }

    synchronized @Nullable Flight renewal() {
        return renewal;
    }

    /** Whether a renewal may start now. */
    synchronized boolean renewable(long nanos) {
        return renewal == null && (failures == 0 || nanos - retryNanos >= 0);
    }

    /** Whether the last renewal failed. */
    synchronized boolean failing() {
        return failures > 0;
    }

    /** Starts a renewal unless one is running; returns the running one. */
    synchronized Flight renewing(Flight flight) {
        if (renewal == null) {
            renewal = flight;
        }
        return renewal;
    }

    synchronized void renewalEnded() {
        renewal = null;
    }

    /** How many renewals have now failed in a row. */
    synchronized int renewalFailed() {
        failures++;
        return failures;
    }

    synchronized void retryAt(long nanos) {
        retryNanos = nanos;
    }
}
