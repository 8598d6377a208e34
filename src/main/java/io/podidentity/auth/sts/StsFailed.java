package io.podidentity.auth.sts;

import io.podidentity.auth.exchange.Refusal;

/** A call to STS that gave no session. */
class StsFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    StsFailed(Refusal refusal) {
        // Without a stack trace: it is told as a refusal, and costs nothing in an outage.
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

        /** Whether it is the service's own session that allows an hour only. */
        boolean byChaining() {
            return byChaining;
        }
    }

    /** What may pass: the same call may succeed in a moment. */
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
