package io.podidentity.auth.associations;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores associations. All methods may block: never call them on an event loop. */
public interface AssociationStore extends Associations {

    /**
     * All associations, in stored order.
     *
     * @throws IOException where they cannot be read; the message says why
     */
    List<RoleAssociation> all() throws IOException;

    /**
     * Changes the associations atomically.
     *
     * @throws IOException where they cannot be read or written; the message says why
     */
    <T> T edit(Function<List<RoleAssociation>, Edit<T>> change) throws IOException;

    /**
     * The result of an edit.
     *
     * @param now the new associations; null changes nothing
     */
    record Edit<T>(@Nullable List<RoleAssociation> now, T result) {}
}
