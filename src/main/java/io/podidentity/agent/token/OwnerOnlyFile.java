package io.podidentity.agent.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that nobody but its owner may read, and that is never seen half written. */
public record OwnerOnlyFile(Path path) {

    /** Replaces the content; makes the folder where it is missing. */
    public void write(String content) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // A temporary file is its owner's alone from the start.
        Path half = Files.createTempFile(folder, "." + path.getFileName(), ".tmp");
        try {
            Files.writeString(half, content);
            Files.move(
                    half,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
