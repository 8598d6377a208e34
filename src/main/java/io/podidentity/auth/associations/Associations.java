package io.podidentity.auth.associations;

/** Finds which service account may have which role. */
public interface Associations {

    /**
     * Finds the most specific association that matches a service account. May block: never call it
     * on an event loop.
     */
    Lookup find(String cluster, String namespace, String serviceAccount);

    /** The result of a look-up. */
    sealed interface Lookup {

        /** The service account has a role. */
        record Found(RoleAssociation association) implements Lookup {}

        /** The service account has none. */
        record None() implements Lookup {}

        /** The associations have never been readable; {@code problem} says why. */
        record Unavailable(String problem) implements Lookup {}
    }
}
