package io.podidentity.auth.associations;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Stores associations. All methods may block: never call them on an event loop. */
public interface AssociationStore extends Associations {

    /**
     * All associations, in stored order.
     *
     * @throws IOException where they cannot be read; the message says why
     */
    List<RoleAssociation> all() throws IOException;

    /**
     * The association with an id, if there is one.
     *
     * @throws IOException where it cannot be read; the message says why
     */
    Optional<RoleAssociation> get(String cluster, String id) throws IOException;

    /**
     * Stores an association, unless there is one with its subject.
     *
     * @throws IOException where it cannot be stored; the message says why
     */
    Creation create(RoleAssociation wanted) throws IOException;

    /**
     * Replaces an association; returns the new one, or nothing if there is none with this id.
     *
     * @throws IOException where it cannot be stored; the message says why
     */
    Optional<RoleAssociation> update(
            String cluster, String id, UnaryOperator<RoleAssociation> change) throws IOException;

    /**
     * Removes an association; returns it, or nothing if there is none with this id.
     *
     * @throws IOException where it cannot be removed; the message says why
     */
    Optional<RoleAssociation> delete(String cluster, String id) throws IOException;

    /**
     * The result of creating an association.
     *
     * @param association the stored one
     * @param isNew false if it was there before
     */
    record Creation(RoleAssociation association, boolean isNew) {}
}
