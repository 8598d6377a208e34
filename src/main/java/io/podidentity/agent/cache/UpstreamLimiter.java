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
 * Starts all calls to EKS Auth: a bounded number at once, first fetches round-robin by client and
 * before renewals. Learns the bound from the answers.
 */
final class UpstreamLimiter {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_SERVER_ERROR = 500;

    /** A call that hangs despite its own time-outs must not hold its permit for ever. */
    private static final Duration MAX_CALL = Duration.ofSeconds(10);

    private final CredentialSource source;
    private final int maxQueued;
    private final Executor executor;
    private final CongestionWindow window;
    private final Timeline timeline;
    private final CacheEvents events;
    private final FairQueue<String, Consumer<Permit>> waiting = new FairQueue<>();
    private boolean wakeUpScheduled;

    /**
     * @param maxQueued how many first fetches may wait for their turn
     * @param executor runs blocking work
     */
    UpstreamLimiter(
            CredentialSource source,
            int maxQueued,
            Executor executor,
            CongestionWindow window,
            Timeline timeline,
            CacheEvents events) {
        this.source = source;
        this.maxQueued = maxQueued;
        this.executor = executor;
        this.window = window;
        this.timeline = timeline;
        this.events = events;
    }

    /** Runs the work when it is its client's turn; false if the queue is full. */
    boolean submit(String client, Consumer<Permit> work) {
        synchronized (this) {
            if (waiting.size() >= maxQueued) {
                return false;
            }
            waiting.add(client, work);
        }
        letOut();
        return true;
    }

    /** Runs the work now, or not at all while a first fetch waits. */
    boolean submitIfIdle(Consumer<Permit> work) {
        synchronized (this) {
            if (waiting.size() > 0 || !window.begin()) {
                return false;
            }
        }
        return start(work);
    }

    /** Whether EKS Auth has throttled, and too few calls have been answered since. */
    boolean slowedDown() {
        return window.renewalShare() < 1;
    }

    /** The fraction of the renewal rate to use now, above 0 and at most 1. */
    double renewalShare() {
        return window.renewalShare();
    }

    int running() {
        return window.running();
    }

    /** How many calls may run at once now. */
    int allowed() {
        return window.open();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** Whether EKS Auth asks for fewer calls. */
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
        // No permit free: retried when a call ends.
        return window.begin() ? waiting.poll() : null;
    }

    private void wakeUpAfter(Duration pause) {
        if (!wakeUpScheduled) {
            wakeUpScheduled = true;
            timeline.after(pause, this::wakeUp);
        }
    }

    private void wakeUp() {
        synchronized (this) {
            wakeUpScheduled = false;
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
            // Waiters are answered by their deadline.
            window.end();
            return false;
        }
    }

    /** Permission for one call. */
    final class Permit {

        private final long startNanos;

        private Permit(long startNanos) {
            this.startNanos = startNanos;
        }

        /** Calls EKS Auth; every result is an outcome. Blocks. */
        CredentialOutcome fetch(CredentialRequest request) {
            CredentialOutcome outcome = usable(ask(request));
            switch (outcome) {
                case Issued issued -> window.onSuccess(startNanos);
                case Failed failed when throttled(failed) ->
                        window.onThrottled(startNanos, failed.retryAfter());
                case Failed failed when failed.status() >= FIRST_SERVER_ERROR ->
                        window.onFailure(startNanos);
                case Failed failed -> {}
                case Rejected rejected -> {}
            }
            return outcome;
        }

        private CredentialOutcome ask(CredentialRequest request) {
            Timeline.Timer deadline = timeline.after(MAX_CALL, Thread.currentThread()::interrupt);
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
