package io.podidentity.token;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * A JWKS document kept on disk, so that a restart does not depend on its source. The first line
 * names the source, the second the time of the fetch.
 */
record KeptKeys(Path file, String place, Clock clock) {

    /** Longer than an outage lasts, shorter than a withdrawn key should be trusted. */
    private static final Duration MAX_AGE = Duration.ofDays(7);

    /** Keeps a document that was just fetched. */
    void keep(String jwks) throws IOException {
        new OwnerOnlyFile(file).write(place + "\n" + clock.instant() + "\n" + jwks);
    }

    /**
     * Reads the kept document.
     *
     * @throws IOException if there is none that can be trusted
     */
    KeySet read() throws IOException {
        String[] lines;
        try {
            // Write access to this file would allow forging tokens.
            lines = new OwnerOnlyFile(file).read().split("\n", 3);
        } catch (NoSuchFileException e) {
            throw new IOException("nothing was kept", e);
        }
        if (!lines[0].equals(place)) {
            throw new IOException("it was kept from another place");
        }
        if (lines.length < 3) {
            throw new IOException("it is damaged");
        }
        Duration age = Duration.between(fetched(lines[1]), clock.instant());
        if (age.isNegative() || age.compareTo(MAX_AGE) > 0) {
            throw new IOException(
                    "it is of %s, not of the last %d days".formatted(lines[1], MAX_AGE.toDays()));
        }
        return KeySet.parse(lines[2]);
    }

    private static Instant fetched(String text) throws IOException {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IOException("it does not say when it was kept", e);
        }
    }
}
