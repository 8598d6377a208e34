package io.podidentity.auth.associations;

import java.io.IOException;
import java.nio.file.Path;

/** The associations are where this process cannot write, which asking again does not change. */
final class ReadOnlyException extends IOException {

    private static final long serialVersionUID = 1L;

    ReadOnlyException(Path what, IOException cause) {
        super(
                what
                        + " is read-only for this service; change the associations where it comes from",
                cause);
    }
}
