package io.podidentity.token;

import io.podidentity.outbound.Proxies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A JWKS document on the web, as identity providers publish it. */
public final class KeysAtUri implements KeyDocument {

    private final URI uri;
    private final Documents http;

    /**
     * @param uri https, because whoever serves the keys can forge tokens; http only on this machine
     * @param authorities a PEM file of the only authorities to trust; null trusts the system's
     */
    public KeysAtUri(URI uri, @Nullable Path authorities, Proxies proxies, Duration timeout) {
        if (!"https".equals(uri.getScheme()) && !isLocal(uri)) {
            throw new IllegalArgumentException(uri + " is no place for keys; it must be https");
        }
        this.uri = uri;
        this.http = new Documents(authorities, proxies, timeout);
    }

    @Override
    public String fetch() throws IOException {
        return http.get(uri, null);
    }

    @Override
    public String place() {
        return uri.toString();
    }

    private static boolean isLocal(URI uri) {
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            return false;
        }
        try {
            return InetAddress.getByName(uri.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
