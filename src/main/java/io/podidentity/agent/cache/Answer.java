package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome;

/** An outcome and where it came from. */
public record Answer(CredentialOutcome outcome, Origin origin) {

    /** Where an answer came from. */
    public enum Origin {
        /** Memory. */
        HIT,
        /** A fetch that this request started. */
        FETCHED,
        /** A fetch that another request had started. */
        JOINED
    }
}
