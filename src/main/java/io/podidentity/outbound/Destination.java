package io.podidentity.outbound;

import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server.
 *
 * @param secure whether over TLS
 * @param host a name in lower case, or an address without brackets
 */
record Destination(boolean secure, String host, int port) {

    static Destination of(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        return new Destination(
                secure, uri.getHost(), uri.getPort() < 0 ? secure ? 443 : 80 : uri.getPort());
    }

    Destination {
        host = withoutBrackets(host).toLowerCase(Locale.ROOT);
    }

    /** Host and port, as in a URL. */
    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    /** The IP address that a text spells; null for a name. */
    static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
