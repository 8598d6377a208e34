package io.podidentity.outbound;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * A request.
 *
 * @param headers all but {@code Host} and {@code Content-Length}
 */
public record HttpCall(String method, URI uri, Map<String, List<String>> headers, String body) {

    /** Without the headers, which hold secrets. */
    @Override
    public String toString() {
        return method + " " + uri;
    }
}
