package io.podidentity.agent.credentials;

/** Issues credentials for a token. */
public interface CredentialSource {

    /**
     * Asks for credentials. May block for seconds: never call it on an event loop.
     *
     * @return the result; a failure is an outcome, not an exception
     */
    CredentialOutcome fetch(CredentialRequest request);
}
