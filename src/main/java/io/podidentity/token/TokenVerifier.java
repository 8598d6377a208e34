package io.podidentity.token;

/** Verifies that the cluster issued a token. */
public interface TokenVerifier {

    /**
     * Checks signature, issuer, audience and time. May fetch keys: never call it on an event loop.
     */
    Verdict verify(ServiceAccountToken token);

    /** The result of a verification. */
    sealed interface Verdict {

        /** The cluster issued the token and it is valid now. */
        record Genuine() implements Verdict {}

        /** The token must not be trusted; {@code problem} never quotes it. */
        record Refused(String problem) implements Verdict {}

        /** There are no keys to verify with; {@code problem} says why. */
        record Unverifiable(String problem) implements Verdict {}
    }
}
