package io.podidentity.agent.credentials;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The result of asking for credentials. */
public sealed interface CredentialOutcome {

    /**
     * Credentials, good until they expire.
     *
     * @param requestId what the source calls the request that issued them; null where it is unknown
     */
    record Issued(PodCredentials credentials, Association association, @Nullable String requestId)
            implements CredentialOutcome {

        public Issued(PodCredentials credentials, Association association) {
            this(credentials, association, null);
        }
    }

    /** The agent itself rejected the request. */
    record Rejected(Reason reason, String message) implements CredentialOutcome {}

    /**
     * The source's own answer was an error.
     *
     * @param code the error's type as the source names it, such as {@code AccessDeniedException}
     * @param status the source's HTTP status, 400 to 599
     * @param permanent whether asking again with the same token is useless, so that renewing stops
     * @param message for the application's developer
     * @param retryAfter from the source's {@code Retry-After}; null without one
     */
    record Failed(
            String code,
            int status,
            boolean permanent,
            String message,
            @Nullable Duration retryAfter)
            implements CredentialOutcome {}

    /** Why the agent rejected a request. */
    enum Reason {
        /** One client asks for more than its share. */
        TOO_MANY_REQUESTS,
        /** The agent is at its limits, or the answer did not come in time. */
        BUSY
    }
}
