package io.podidentity.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What a file looks like from outside: changes whenever it is edited, replaced or removed. */
public record FileStamp(@Nullable FileTime modified, long size, @Nullable Object key) {

    /** The file's current stamp; a missing file has one of its own. */
    public static FileStamp of(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return new FileStamp(null, -1, null);
        }
    }
}
