package io.podidentity.agent.credentials;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of asking for credentials. */
public sealed interface CredentialOutcome {

    /** Credentials, good until they expire. */
    record Issued(PodCredentials credentials, Association association)
            implements CredentialOutcome {}

    /** The agent itself turned the request away before it asked anyone. */
    record Rejected(Reason reason, String message) implements CredentialOutcome {}

    /**
     * The source's own answer was an error.
     *
     * @param code the error's type as the source names it, such as {@code AccessDeniedException}
     * @param status the source's HTTP status, 400 to 599
     * @param permanent whether asking again with the same token is useless, so that renewing stops
     * @param message for the application's developer
     * @param retryAfter how long the source asks to be left alone; null where it did not say
     */
    record Failed(
            String code,
            int status,
            boolean permanent,
            String message,
            @Nullable Duration retryAfter)
            implements CredentialOutcome {}

    /** Why the agent turned a request away. */
    enum Reason {
        /** One source of requests asks for more than its share. */
        TOO_MANY_REQUESTS,
        /** The agent has as much to do as it can, or the answer did not come in time. */
        BUSY
    }
}
