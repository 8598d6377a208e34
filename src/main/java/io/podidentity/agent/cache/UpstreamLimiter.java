package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.schedule.FairQueue;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one way to the source: lets a bounded number of calls out at once, first fetches in fair
 * turns and then renewals, and learns from each answer how many that may be.
 */
final class UpstreamLimiter {

    private static final int TOO_MANY_REQUESTS = 429;

    /** Sources bound their calls; one that hangs regardless must not hold its permit for ever. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    private final CredentialSource source;
    private final int room;
    private final Executor executor;
    private final CongestionWindow window;
    private final Timeline timeline;
    private final CacheEvents events;
    private final FairQueue<String, Consumer<Permit>> waiting = new FairQueue<>();
    private boolean wakeUpSet;

    /**
     * @param room how many first fetches may wait for their turn
     * @param executor runs what blocks
     */
    UpstreamLimiter(
            CredentialSource source,
            int room,
            Executor executor,
            CongestionWindow window,
            Timeline timeline,
            CacheEvents events) {
        this.source = source;
        this.room = room;
        this.executor = executor;
        this.window = window;
        this.timeline = timeline;
        this.events = events;
    }

    /** Does the work as soon as it is its client's turn; false where too many wait already. */
    boolean submit(String client, Consumer<Permit> work) {
        synchronized (this) {
            if (waiting.size() >= room) {
                return false;
            }
            waiting.add(client, work);
        }
        letOut();
        return true;
    }

    /** Does the work now, or not at all where anybody waits for a first fetch. */
    boolean submitIfIdle(Consumer<Permit> work) {
        synchronized (this) {
            if (waiting.size() > 0 || !window.begin()) {
                return false;
            }
        }
        return start(work);
    }

    /** Whether the source has throttled lately. */
    boolean slowedDown() {
        return window.share() < 1;
    }

    /** The part of the renewals to make now, above 0 and at most 1. */
    double renewalShare() {
        return window.share();
    }

    int running() {
        return window.running();
    }

    /** How many calls may be out at once now. */
    int allowed() {
        return window.open();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** Whether the source asks to be left alone for a while. */
    static boolean throttled(Failed failed) {
        return !failed.permanent()
                && (failed.status() == TOO_MANY_REQUESTS || failed.retryAfter() != null);
    }

    static Failed internalFailure() {
        return new Failed(
                "InternalFailure", 500, false, "the agent failed; its log says why", null);
    }

    static Failed expired(Issued issued) {
        return new Failed(
                "ExpiredCredentials",
                502,
                false,
                "the credentials that came expire at "
                        + issued.credentials().expiration()
                        + "; is the node's clock right?",
                null);
    }

    private void letOut() {
        for (Consumer<Permit> work = next(); work != null; work = next()) {
            var _ = start(work);
        }
    }

    private synchronized @Nullable Consumer<Permit> next() {
        if (waiting.size() == 0) {
            return null;
        }
        Duration pause = window.pause();
        if (pause.isPositive()) {
            wakeUpAfter(pause);
            return null;
        }
        // Where there is no room, a call that ends looks again.
        return window.begin() ? waiting.poll() : null;
    }

    private void wakeUpAfter(Duration pause) {
        if (!wakeUpSet) {
            wakeUpSet = true;
            timeline.after(pause, this::wakeUp);
        }
    }

    private void wakeUp() {
        synchronized (this) {
            wakeUpSet = false;
        }
        letOut();
    }

    private boolean start(Consumer<Permit> work) {
        Permit permit = new Permit(timeline.nanos());
        try {
            executor.execute(
                    () -> {
                        try {
                            work.accept(permit);
                        } finally {
                            window.end();
                            letOut();
                        }
                    });
            return true;
        } catch (RejectedExecutionException shuttingDown) {
            // Whoever still waits is answered when his patience ends.
            window.end();
            return false;
        }
    }

    /** Leave to make one call. */
    final class Permit {

        private final long begun;

        private Permit(long begun) {
            this.begun = begun;
        }

        /** Asks the source; whatever happens is an outcome. Blocks as long as the source does. */
        CredentialOutcome fetch(CredentialRequest request) {
            CredentialOutcome outcome = usable(ask(request));
            switch (outcome) {
                case Issued issued -> window.eased(begun);
                case Failed failed when throttled(failed) ->
                        window.throttled(begun, failed.retryAfter());
                case Failed failed when !failed.permanent() -> window.failed(begun);
                case Failed failed -> {}
                case Rejected rejected -> {}
            }
            return outcome;
        }

        private CredentialOutcome ask(CredentialRequest request) {
            Timeline.Timer deadline =
                    timeline.after(LONGEST_CALL, Thread.currentThread()::interrupt);
            try {
                return source.fetch(request);
            } catch (RuntimeException | Error bug) {
                events.broke(bug);
                return internalFailure();
            } finally {
                deadline.cancel();
            }
        }

        private CredentialOutcome usable(CredentialOutcome outcome) {
            return outcome instanceof Issued issued
                            && !timeline.now().isBefore(issued.credentials().expiration())
                    ? expired(issued)
                    : outcome;
        }
    }
}
