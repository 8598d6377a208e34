package io.podidentity.agent.server;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;

/** Events of the credentials listeners. */
public interface HttpEvents {

    /** Whether every hit must be reported; else hits that need no parsing are not. */
    boolean hitsAreLogged();

    /** Credentials were issued. */
    void issued(ServiceAccountToken token, Issued issued, Origin origin, Duration took);

    /** A request with a readable token was not given credentials. */
    void refused(
            ServiceAccountToken token, CredentialOutcome outcome, String client, Duration took);

    /**
     * A request without a readable, current token, or for another host, was refused.
     *
     * @param code the error type in the reply
     * @param message the text in the reply, which most SDKs do not show
     */
    void unreadable(String code, String message, String client);

    /** A request on a credentials port was answered, with any status. */
    void answered(int status);
}
