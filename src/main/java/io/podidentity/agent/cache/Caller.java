package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import java.time.Duration;

/** Calls the source, makes an outcome of whatever happens and learns from each how much to ask. */
final class Caller {

    private static final int THROTTLED = 429;

    /** Sources bound their calls; one that hangs regardless must not hold its permit for ever. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final CredentialSource source;
    private final FetchGate gate;
    private final Slowdown slowdown;
    private final Timeline timeline;
    private final CacheEvents events;

    Caller(
            CredentialSource source,
            FetchGate gate,
            Slowdown slowdown,
            Timeline timeline,
            CacheEvents events) {
        this.source = source;
        this.gate = gate;
        this.slowdown = slowdown;
        this.timeline = timeline;
        this.events = events;
    }

    /** Blocks as long as the source does. */
    CredentialOutcome call(CredentialRequest request) {
        long begun = timeline.nanos();
        CredentialOutcome outcome = usable(ask(request));
        switch (outcome) {
            case Issued issued -> slowdown.eased(begun);
            case Failed failed when throttled(failed) ->
                    slowdown.throttled(begun, gate.running(), failed.retryAfter());
            case Failed failed when !failed.permanent() -> slowdown.failed(begun, gate.running());
            case Failed failed -> {}
            case Rejected rejected -> {}
        }
        return outcome;
    }

    static boolean throttled(Failed failed) {
        return failed.status() == THROTTLED && !failed.permanent();
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

    private CredentialOutcome ask(CredentialRequest request) {
        Timeline.Timer deadline = timeline.after(LONGEST, Thread.currentThread()::interrupt);
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
        if (outcome instanceof Issued issued
                && !timeline.now().isBefore(issued.credentials().expiration())) {
            return expired(issued);
        }
        return outcome;
    }
}
