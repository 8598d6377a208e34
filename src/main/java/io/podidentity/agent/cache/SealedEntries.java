package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries where they outlive the process, sealed for each token that may read them. No method
 * blocks.
 */
public interface SealedEntries extends AutoCloseable {

    /** How many tokens may read an entry, and so have a record of it. */
    int MOST_READERS = Entry.READERS;

    /** Keeps nothing. */
    SealedEntries NONE =
            new SealedEntries() {
                private static final Seal NO_SEAL = new Seal() {};

                @Override
                public void start(Function<String, @Nullable Contents> entries) {}

                @Override
                public Seal seal(String rawToken) {
                    return NO_SEAL;
                }

                @Override
                public void changed(String key) {}

                @Override
                public void dropped(String key, boolean revoked) {}

                @Override
                public void open(String key, String rawToken, Consumer<@Nullable Contents> opened) {
                    opened.accept(null);
                }

                @Override
                public void close() {}
            };

    /**
     * Begins to keep.
     *
     * @param entries the present contents of an entry, by its key; null where it is gone
     */
    void start(Function<String, @Nullable Contents> entries);

    /** What seals for a token; keeps it only until it is first used. */
    Seal seal(String rawToken);

    /** An entry has new credentials or readers. */
    void changed(String key);

    /**
     * An entry went.
     *
     * @param revoked whether nothing may bring it back
     */
    void dropped(String key, boolean revoked);

    /**
     * Passes on what was sealed for this very token, or null, soon and exactly once.
     *
     * @param key the key of the entry that the token may read
     */
    void open(String key, String rawToken, Consumer<@Nullable Contents> opened);

    @Override
    void close();

    /** What seals for one token, and opens nothing else. */
    interface Seal {}

    /**
     * An entry as it is kept.
     *
     * @param lifetime of the credentials when they were fetched
     * @param left of it now
     * @param readers for whom it is to be sealed; none in what was opened
     */
    record Contents(Issued issued, Duration lifetime, Duration left, List<Seal> readers) {

        public Contents {
            readers = List.copyOf(readers);
        }
    }
}
