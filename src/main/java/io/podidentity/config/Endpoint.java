package io.podidentity.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Reads URLs of HTTP services. */
public final class Endpoint {

    private Endpoint() {}

    /**
     * Reads an absolute {@code http} or {@code https} URL.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static URI parse(String text) {
        if (text.contains("@")) {
            // Not quoted, since errors are logged.
            throw new IllegalArgumentException(
                    "the URL holds a user or password; give one without, such as"
                            + " https://host:port");
        }
        try {
            URI uri = new URI(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            boolean plain = uri.getRawQuery() == null && uri.getRawFragment() == null;
            if (web && plain && uri.getHost() != null && portExists(uri.getPort())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Rejected below.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not the URL of a service; give one such as https://host:port");
    }

    private static boolean portExists(int port) {
        return port == -1 || (port >= 1 && port <= 65_535);
    }
}
