package io.podidentity.token;

import java.io.IOException;
import java.net.URI;

/** A server knows who asks, and does not let him. */
final class ForbiddenException extends IOException {

    private static final long serialVersionUID = 1L;

    ForbiddenException(URI uri) {
        super(uri + " answers with status 403");
    }
}
