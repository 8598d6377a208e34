package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;

/** An outcome and where it came from. */
public record Answer(CredentialOutcome outcome, Origin origin) {

    /** Where an answer came from. */
    public enum Origin {
        /** Memory. */
        HIT,
        /** A fetch that this request started. */
        FETCHED,
        /** A fetch that another request had started. */
        JOINED,
        /** The agent rejected the request. */
        REJECTED
    }

    static Answer busy() {
        return rejected(Reason.BUSY, "the agent has too much to do; try again");
    }

    static Answer tooMany(String client) {
        return rejected(Reason.TOO_MANY_REQUESTS, client + " asks for too much at once");
    }

    static Answer rejected(Reason reason, String message) {
        return new Answer(new Rejected(reason, message), Origin.REJECTED);
    }

    /** The same answer for a request that joined the fetch. */
    Answer joined() {
        return origin == Origin.FETCHED ? new Answer(outcome, Origin.JOINED) : this;
    }
}
