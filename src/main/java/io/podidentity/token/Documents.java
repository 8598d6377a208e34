package io.podidentity.token;

import io.podidentity.outbound.HttpAnswer;
import io.podidentity.outbound.HttpCall;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.tls.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends and fetches small documents; no connection is kept. */
final class Documents {

    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int FORBIDDEN = 403;

    private final HttpClient client;

    /**
     * @param authorities a PEM file of the only authorities to trust; null trusts the system's
     * @param timeout to connect, and again for the response
     */
    Documents(@Nullable Path authorities, Proxies proxies, Duration timeout) {
        Trust trust = authorities == null ? Trust.system() : Trust.rotated(authorities);
        this.client = new HttpClient(proxies, trust, timeout, timeout);
    }

    /**
     * @param bearer the secret to authenticate with, or null
     */
    String get(URI uri, @Nullable String bearer) throws IOException {
        return send("GET", uri, bearer, null, "");
    }

    /**
     * Sends a document and returns the response, which must be a success.
     *
     * @param type of the document
     */
    String send(
            String method, URI uri, @Nullable String bearer, @Nullable String type, String document)
            throws IOException {
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("Accept", List.of("application/json, application/jwk-set+json"));
        headers.put("Connection", List.of("close"));
        if (type != null) {
            headers.put("Content-Type", List.of(type));
        }
        if (bearer != null) {
            headers.put("Authorization", List.of("Bearer " + bearer));
        }
        try {
            HttpAnswer answer = client.send(new HttpCall(method, uri, headers, document));
            if (answer.status() != OK && answer.status() != CREATED) {
                throw answer.status() == FORBIDDEN
                        ? new ForbiddenException(uri)
                        : new IOException(uri + " answers with status " + answer.status());
            }
            try (InputStream in = answer.body()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(uri + " does not answer in time", e);
        }
    }
}
