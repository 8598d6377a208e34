package io.podidentity.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy.
 *
 * @param server spoken to over TLS where the proxy's URL is of https
 * @param authorization the value of its header, or null
 */
record Proxy(Destination server, @Nullable String authorization) {

    private static final Pattern URL =
            Pattern.compile(
                    "(?:(?<scheme>[a-z][a-z0-9+.-]*)://)?(?:(?<user>[^/?#]*)@)?"
                            + "(?<host>[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::(?<port>[0-9]{1,5}))?(?:[/?#].*)?",
                    Pattern.CASE_INSENSITIVE);

    /**
     * Reads the URL of a proxy, whose scheme may be left out.
     *
     * @throws IllegalArgumentException if it is invalid; the message does not quote it, since it
     *     may hold a password
     */
    static Proxy parse(String text) {
        Matcher url = URL.matcher(text.strip());
        if (!url.matches()) {
            throw new IllegalArgumentException("the value is not the URL of a proxy");
        }
        String scheme = url.group("scheme") == null ? "http" : url.group("scheme");
        boolean secure =
                switch (scheme.toLowerCase(Locale.ROOT)) {
                    case "http" -> false;
                    case "https" -> true;
                    default ->
                            throw new IllegalArgumentException(
                                    "proxies of " + scheme + " are not supported");
                };
        int port = secure ? 443 : 80;
        if (url.group("port") != null) {
            port = Integer.parseInt(url.group("port"));
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the proxy's port does not exist");
        }
        return new Proxy(
                new Destination(secure, url.group("host"), port), basic(url.group("user")));
    }

    private static @Nullable String basic(@Nullable String user) {
        if (user == null) {
            return null;
        }
        String[] parts = user.split(":", 2);
        String plain = decoded(parts[0]) + ":" + (parts.length == 1 ? "" : decoded(parts[1]));
        return "Basic " + Base64.getEncoder().encodeToString(plain.getBytes(UTF_8));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a percent sign in the proxy's user or password must be written %25");
        }
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return (server.secure() ? "https://" : "http://") + server.authority();
    }
}
