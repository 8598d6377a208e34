package io.podidentity.auth.sts;

import io.podidentity.auth.exchange.Refusal;

/** A call to STS that gave no session. */
class StsFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    StsFailed(Refusal refusal) {
        // No stack trace: it becomes a refusal, and must be cheap in an outage.
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }

    /** The role does not allow a session of that length. */
    static final class TooLong extends StsFailed {
        private static final long serialVersionUID = 1L;

        private final boolean byChaining;

        TooLong(Refusal refusal, boolean byChaining) {
            super(refusal);
            this.byChaining = byChaining;
        }

        /** Whether role chaining limits the session to an hour. */
        boolean byChaining() {
            return byChaining;
        }
    }

    /** A transient failure: the same call may succeed in a moment. */
    static class Passing extends StsFailed {
        private static final long serialVersionUID = 1L;

        Passing(Refusal refusal) {
            super(refusal);
        }
    }

    /** STS' own failure, which the circuit breaker counts. */
    static final class Outage extends Passing {
        private static final long serialVersionUID = 1L;

        Outage(Refusal refusal) {
            super(refusal);
        }
    }
}
