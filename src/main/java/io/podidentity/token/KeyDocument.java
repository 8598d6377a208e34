package io.podidentity.token;

import java.io.IOException;

/** Where a cluster publishes its keys as a JWKS document. */
public interface KeyDocument {

    /**
     * Fetches the document, without checking it. May block for seconds.
     *
     * @throws IOException where there is none now; the message says why and quotes no secret
     */
    String fetch() throws IOException;

    /** Names the source, so that keys kept from another are not mistaken for its own. */
    String place();
}
