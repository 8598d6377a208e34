package io.podidentity.auth.associations;

/** Finds which service account may have which role. */
public interface Associations {

    /**
     * Finds the most specific association that matches a service account. May block: never call it
     * on an event loop.
     */
    Lookup find(String cluster, String namespace, String serviceAccount);

    /** Takes note that a session was issued for an association. */
    default void used(RoleAssociation association) {}

    /** Takes note that STS refuses sessions for an association, and why. */
    default void refused(RoleAssociation association, String problem) {}

    /** How well look-ups know the associations. */
    default Freshness freshness() {
        return Freshness.CURRENT;
    }

    /** How well look-ups know the associations. */
    enum Freshness {
        /** They have never been read. */
        UNKNOWN,
        /** They are as they were before their store went away. */
        STALE,
        CURRENT
    }

    /** The result of a look-up. */
    sealed interface Lookup {

        /** The service account has a role. */
        record Found(RoleAssociation association) implements Lookup {}

        /** The service account has none. */
        record None() implements Lookup {}

        /** It is to have a role that it may not have; {@code problem} says what to do. */
        record Denied(String problem) implements Lookup {}

        /** The associations have never been readable; {@code problem} says why. */
        record Unavailable(String problem) implements Lookup {}
    }
}
