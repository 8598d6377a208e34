package io.podidentity.agent.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A JWKS document kept on disk, so that a restart does not depend on the place it came from. */
record KeptKeys(Path file, String place) {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /** Keeps a document. Its first line names where it is from. */
    void keep(String jwks) throws IOException {
        new OwnerOnlyFile(file).write(place + "\n" + jwks);
    }

    /**
     * Reads what was kept.
     *
     * @throws IOException where there is nothing that may be believed
     */
    KeySet read() throws IOException {
        String kept;
        try (var in = Files.newInputStream(file)) {
            // Whoever could write here could sign tokens.
            if (!Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
                throw new IOException("others than its owner may use it");
            }
            kept = BoundedText.read(in);
        } catch (NoSuchFileException e) {
            throw new IOException("nothing was kept", e);
        }
        String first = place + "\n";
        if (!kept.startsWith(first)) {
            throw new IOException("it was kept from another place");
        }
        return KeySet.parse(kept.substring(first.length()));
    }
}
