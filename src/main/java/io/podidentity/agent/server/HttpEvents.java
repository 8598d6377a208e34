package io.podidentity.agent.server;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;

/** Told of what the credentials listeners answer. */
public interface HttpEvents {

    /** Whether every hit is to be told; else those that need no reading of the token are not. */
    boolean hitsAreLogged();

    /** Credentials were handed out. */
    void issued(ServiceAccountToken token, Issued issued, Origin origin, Duration took);

    /** A request with a readable token was not given credentials. */
    void refused(
            ServiceAccountToken token, CredentialOutcome outcome, String client, Duration took);

    /**
     * A request without a readable, current token, or for another host, was refused.
     *
     * @param code the type of error that it was told
     * @param message the text that it was told, which most SDKs keep to themselves
     */
    void unreadable(String code, String message, String client);

    /** A request on a credentials port was answered, with whatever status. */
    void answered(int status);
}
