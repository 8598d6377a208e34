package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import java.util.function.Predicate;

/** A call to EKS Auth that gave no credentials; never leaves this package. */
class CallFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failed outcome;
    private final boolean repeatable;

    /**
     * @param repeatable whether the same call may succeed in a moment
     */
    CallFailed(Failed outcome, boolean repeatable) {
        // No stack trace: it becomes an outcome, and must be cheap in an outage.
        super(outcome.message(), null, false, false);
        this.outcome = outcome;
        this.repeatable = repeatable;
    }

    Failed outcome() {
        return outcome;
    }

    /** EKS Auth's own failure, which the circuit breaker counts. */
    static final class Outage extends CallFailed {
        private static final long serialVersionUID = 1L;

        Outage(Failed outcome) {
            // The cache's limiter waits for Retry-After.
            super(outcome, outcome.retryAfter() == null);
        }
    }

    /** The agent's own credentials or clock were refused, whichever pod the call was for. */
    static final class SignerRefused extends CallFailed {
        private static final long serialVersionUID = 1L;

        SignerRefused(Failed outcome) {
            super(outcome, false);
        }
    }

    /** Selects the calls to retry; public, because it is instantiated by name. */
    public static final class Repeatable implements Predicate<Throwable> {

        @Override
        public boolean test(Throwable failure) {
            return failure instanceof CallFailed call && call.repeatable;
        }
    }
}
