package io.podidentity.token;

import io.podidentity.schedule.Backoff;
import io.podidentity.schedule.Repeating;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a document that changes: fetched at intervals, and when a token names an unknown key,
 * so that tokens signed after a key rotation are verified. While a fetch fails, the last keys stay.
 */
public final class RefreshingKeys implements KeySource {

    private static final Logger LOG = Logger.getLogger(RefreshingKeys.class);

    // A node often starts before its API server can be reached.
    private static final Backoff UNTIL_FIRST =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

    /** Some minutes of them; then it is no matter of starting. */
    private static final int MAX_QUICK_TRIES = 60;

    private final KeyDocument document;
    private final @Nullable KeptKeys kept;
    private final Timing timing;
    private final Executor fetches;
    private final Clock clock;

    /** Completes when the kept keys, if there are any, have been read. */
    private final CompletableFuture<Void> restored = new CompletableFuture<>();

    private final AtomicBoolean keeping = new AtomicBoolean();
    private volatile State state =
            new State(null, Instant.MIN, "they have not been fetched yet", 0);
    private Instant tried = Instant.MIN;
    private @Nullable CompletableFuture<Void> running;

    /**
     * @param file where keys outlive a restart; null keeps them in memory only
     * @param fetches runs the fetches and what uses the file, which block
     */
    public RefreshingKeys(
            KeyDocument document,
            @Nullable Path file,
            Timing timing,
            Executor fetches,
            Clock clock) {
        this.document = document;
        this.kept = file == null ? null : new KeptKeys(file, document.place(), clock);
        this.timing = timing;
        this.fetches = fetches;
        this.clock = clock;
        KeptKeys from = kept;
        if (from == null) {
            restored.complete(null);
        } else {
            // Not here: the folder may hang.
            fetches.execute(() -> restore(from));
        }
    }

    @Override
    public Lookup find(String keyId) {
        State before = state;
        Lookup known = before.find(keyId);
        if (known instanceof Lookup.Found) {
            return known;
        }
        if (!restored.isDone()) {
            // Where the folder hangs, one look-up has waited for it, and no other will.
            if (!ended(restored)) {
                restored.complete(null);
            }
            before = state;
            known = before.find(keyId);
            if (known instanceof Lookup.Found) {
                return known;
            }
        }
        Optional<CompletableFuture<Void>> refresh = refreshUnlessJustTried();
        if (refresh.isEmpty() || before.neverReached()) {
            // Re-read: a fetch may have finished meanwhile. Until the first success look-ups do not
            // wait: the tries may fail one after another.
            return state.find(keyId);
        }
        return ended(refresh.get())
                ? state.find(keyId)
                : new Lookup.Unavailable("the cluster's keys are still being fetched");
    }

    private boolean ended(CompletableFuture<Void> task) {
        try {
            task.get(timing.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** Refreshes them periodically; until the first success, more often. */
    public void keepFreshEvery(Duration interval, Repeating.Scheduler scheduler) {
        Consumer<Throwable> failures =
                bug -> LOG.error("The cluster's keys are not kept fresh for now", bug);
        Repeating.Task untilFirst =
                () -> {
                    keepFresh();
                    if (!state.fetched()) {
                        return false;
                    }
                    var _ = Repeating.every(interval, scheduler, this::keepFresh, failures);
                    return true;
                };
        var _ = Repeating.untilDone(UNTIL_FIRST, scheduler, untilFirst, failures);
    }

    /** Starts a refresh if one is due, and does not wait for it. To be called often. */
    void keepFresh() {
        Duration age = age(state.refreshed());
        if (age.isNegative() || age.compareTo(timing.refreshEvery()) >= 0) {
            refreshUnlessJustTried();
        }
    }

    private Optional<CompletableFuture<Void>> refreshUnlessJustTried() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (running != null) {
                return Optional.of(running);
            }
            Duration ago = age(tried);
            if (!ago.isNegative() && ago.compareTo(state.pause(timing)) < 0) {
                return Optional.empty();
            }
            tried = clock.instant();
            running = mine;
        }
        try {
            fetches.execute(() -> refresh(mine));
        } catch (RuntimeException e) {
            end(mine);
            throw e;
        }
        return Optional.of(mine);
    }

    private void refresh(CompletableFuture<Void> done) {
        String jwks = null;
        try {
            String fetched = document.fetch();
            succeed(KeySet.parse(fetched));
            jwks = fetched;
        } catch (IOException | RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        } finally {
            end(done);
        }
        if (jwks != null) {
            keep(jwks);
        }
    }

    /** Nothing waits for it, and it does not wait behind one that hangs. */
    private void keep(String jwks) {
        if (kept == null || !keeping.compareAndSet(false, true)) {
            return;
        }
        try {
            kept.keep(jwks);
        } catch (IOException e) {
            LOG.warnf("The cluster's keys cannot be kept for a restart: %s", e);
        } finally {
            keeping.set(false);
        }
    }

    private void end(CompletableFuture<Void> fetch) {
        synchronized (this) {
            running = null;
        }
        fetch.complete(null);
    }

    private void succeed(KeySet keys) {
        State before = change(was -> new State(keys, clock.instant(), null, 0));
        if (before.problem() != null || !keys.equals(before.keys())) {
            LOG.infof("%d keys of the cluster from %s", keys.keys().size(), document.place());
        }
    }

    private void fail(String problem) {
        State before = change(was -> was.failed(problem));
        if (!problem.equals(before.problem())) {
            LOG.warnf("The cluster's keys cannot be fetched: %s", problem);
        }
    }

    private void restore(KeptKeys from) {
        try {
            KeySet keys = from.read();
            var _ = change(was -> was.keys() == null ? was.with(keys) : was);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.infof("No keys of the cluster from %s: %s", from.file(), e.getMessage());
        } finally {
            restored.complete(null);
        }
    }

    /** Returns what was before. */
    private synchronized State change(UnaryOperator<State> change) {
        State before = state;
        state = change.apply(before);
        return before;
    }

    private Duration age(Instant instant) {
        return instant.equals(Instant.MIN)
                ? ChronoUnit.FOREVER.getDuration()
                : Duration.between(instant, clock.instant());
    }

    /**
     * When keys are fetched.
     *
     * @param refreshEvery interval of scheduled refreshes
     * @param tryAgainAfter minimum time between two fetches, however many unknown keys are named,
     *     after the first success
     * @param timeout how long a look-up waits for a fetch
     */
    public record Timing(Duration refreshEvery, Duration tryAgainAfter, Duration timeout) {

        /** For a node of a cluster. */
        public static final Timing DEFAULT =
                new Timing(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(1));
    }

    /**
     * @param problem of the last fetch; null if it succeeded
     * @param failures in a row
     */
    private record State(
            @Nullable KeySet keys, Instant refreshed, @Nullable String problem, int failures) {

        State with(KeySet kept) {
            return new State(kept, refreshed, problem, failures);
        }

        State failed(String why) {
            return new State(keys, refreshed, why, failures + 1);
        }

        /** Whether they ever came from the cluster, and not only from a file of ours. */
        boolean fetched() {
            return !refreshed.equals(Instant.MIN);
        }

        boolean neverReached() {
            return !fetched() && failures > 0;
        }

        /** The least time between this try and the next. */
        Duration pause(Timing timing) {
            return neverReached() && failures <= MAX_QUICK_TRIES
                    ? UNTIL_FIRST.after(failures)
                    : timing.tryAgainAfter();
        }

        Lookup find(String keyId) {
            Lookup found = keys == null ? new Lookup.Unknown() : keys.find(keyId);
            return found instanceof Lookup.Unknown && problem != null
                    ? new Lookup.Unavailable("the cluster's keys are not known: " + problem)
                    : found;
        }
    }
}
