package io.podidentity.auth.associations;

/** Knows which service account may have which role. */
public interface Associations {

    /**
     * Finds what a service account is given: the most specific association that matches it. May
     * block: never call it on an event loop.
     */
    Lookup find(String cluster, String namespace, String serviceAccount);

    /** What a look-up found. */
    sealed interface Lookup {

        /** The service account has a role. */
        record Found(RoleAssociation association) implements Lookup {}

        /** The service account has none. */
        record None() implements Lookup {}

        /** The associations cannot be read, and never could be; {@code problem} says why. */
        record Unavailable(String problem) implements Lookup {}
    }
}
