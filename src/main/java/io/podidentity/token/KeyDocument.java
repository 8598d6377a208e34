package io.podidentity.token;

import java.io.IOException;

/** Where a cluster publishes its keys as a JWKS document. */
public interface KeyDocument {

    /**
     * Fetches the document, whatever it holds. May block for seconds.
     *
     * @throws IOException where there is none now; the message says why and quotes no secret
     */
    String fetch() throws IOException;

    /** Names the place, so that what was kept from another is not mistaken for its own. */
    String place();
}
