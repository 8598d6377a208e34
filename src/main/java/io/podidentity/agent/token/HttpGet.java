package io.podidentity.agent.token;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * Fetches small documents, or exchanges them. The JDK's oldest client does, since it needs no
 * threads of its own.
 *
 * @param authorities a PEM file of the only authorities to trust; null trusts the system's
 * @param direct whether a configured proxy is passed by
 * @param timeout to connect, again for the header of the answer, and again for its body
 */
record HttpGet(@Nullable Path authorities, boolean direct, Duration timeout) {

    /**
     * @param bearer the secret to authenticate with, or null
     */
    String fetch(URI uri, @Nullable String bearer) throws IOException {
        HttpURLConnection connection = open(uri);
        try {
            prepare(connection, bearer);
            return answer(uri, connection);
        } catch (SocketTimeoutException e) {
            throw new IOException(uri + " does not answer in time", e);
        } finally {
            connection.disconnect();
        }
    }

    /** Sends a JSON document, and takes any success for an answer. */
    String post(URI uri, String bearer, String json) throws IOException {
        HttpURLConnection connection = open(uri);
        try {
            prepare(connection, bearer);
            connection.setRequestMethod("POST");
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(json.getBytes(StandardCharsets.UTF_8));
            }
            return answer(uri, connection);
        } catch (SocketTimeoutException e) {
            throw new IOException(uri + " does not answer in time", e);
        } finally {
            connection.disconnect();
        }
    }

    private void prepare(HttpURLConnection connection, @Nullable String bearer) {
        connection.setConnectTimeout(Math.toIntExact(timeout.toMillis()));
        connection.setReadTimeout(Math.toIntExact(timeout.toMillis()));
        // A redirect would take the secret elsewhere.
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        // A kept connection would keep a thread to time it out.
        connection.setRequestProperty("Connection", "close");
        connection.setRequestProperty("Accept", "application/json, application/jwk-set+json");
        if (bearer != null) {
            connection.setRequestProperty("Authorization", "Bearer " + bearer);
        }
    }

    private String answer(URI uri, HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK && status != HttpURLConnection.HTTP_CREATED) {
            throw new IOException(uri + " answers with status " + status);
        }
        try (InputStream in = connection.getInputStream()) {
            return BoundedText.read(in, timeout);
        }
    }

    private HttpURLConnection open(URI uri) throws IOException {
        var connection =
                (HttpURLConnection)
                        (direct
                                ? uri.toURL().openConnection(Proxy.NO_PROXY)
                                : uri.toURL().openConnection());
        if (authorities != null && connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(new Authorities(authorities).context().getSocketFactory());
        }
        return connection;
    }
}
