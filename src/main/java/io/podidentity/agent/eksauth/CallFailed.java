package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;

/** A call to EKS Auth that gave no credentials; never leaves this package. */
class CallFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failed outcome;

    CallFailed(Failed outcome) {
        // Without a stack trace: it is told as an outcome, and costs nothing in an outage.
        super(outcome.message(), null, false, false);
        this.outcome = outcome;
    }

    Failed outcome() {
        return outcome;
    }

    /** What may pass: the same call may succeed in a moment. */
    static class Passing extends CallFailed {
        private static final long serialVersionUID = 1L;

        Passing(Failed outcome) {
            super(outcome);
        }
    }

    /** EKS Auth's own failure, which the circuit breaker counts. */
    static final class Outage extends Passing {
        private static final long serialVersionUID = 1L;

        Outage(Failed outcome) {
            super(outcome);
        }
    }
}
