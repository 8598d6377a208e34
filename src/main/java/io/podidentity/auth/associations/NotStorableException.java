package io.podidentity.auth.associations;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store refuses a change; asking again does not help. */
public class NotStorableException extends IOException {

    private static final long serialVersionUID = 1L;

    private final EksError error;

    public NotStorableException(EksError error, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.error = error;
    }

    EksError error() {
        return error;
    }
}
