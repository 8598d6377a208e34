package io.podidentity.agent.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Reads addresses of HTTP services. */
public final class Endpoint {

    private Endpoint() {}

    /**
     * Reads an absolute {@code http} or {@code https} URL.
     *
     * @throws IllegalArgumentException if it is none; the message says what to give
     */
    public static URI parse(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Answered below, as a URL of another kind is.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not the URL of a service; give one such as https://host:port");
    }
}
