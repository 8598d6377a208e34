package io.podidentity.auth.associations;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keeps associations. All of it may block: never call it on an event loop. */
public interface AssociationStore extends Associations {

    /**
     * All associations, in the order they are kept in.
     *
     * @throws IOException where they cannot be read; the message says why
     */
    List<RoleAssociation> all() throws IOException;

    /**
     * Changes the associations, all or nothing, and with nobody in between.
     *
     * @throws IOException where they cannot be read or written; the message says why
     */
    <T> T edit(Function<List<RoleAssociation>, Edit<T>> change) throws IOException;

    /**
     * What an edit comes to.
     *
     * @param now what is kept from now on; null changes nothing
     */
    record Edit<T>(@Nullable List<RoleAssociation> now, T result) {}
}
