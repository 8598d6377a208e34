package io.podidentity.token;

/** The public keys of the cluster that signs the tokens. */
public interface KeySource {

    /** Looks a key up by its id. May fetch keys: never call it on an event loop. */
    Lookup find(String keyId);

    /** The result of a look-up. */
    sealed interface Lookup {

        /** The cluster has the key. */
        record Found(VerificationKey key) implements Lookup {}

        /** The cluster's keys are known, and this is none of them. */
        record Unknown() implements Lookup {}

        /** It is unknown whether the cluster has the key; {@code problem} says why. */
        record Unavailable(String problem) implements Lookup {}
    }
}
