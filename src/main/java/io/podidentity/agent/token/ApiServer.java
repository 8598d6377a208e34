package io.podidentity.agent.token;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** The cluster's API server, spoken to as the agent's own service account. */
public final class ApiServer {

    private final URI address;
    private final Path serviceAccount;
    private final Duration timeout;
    private final HttpGet http;

    /**
     * @param serviceAccount the folder of the agent's own projected token and the cluster's
     *     authorities
     * @param timeout for each step of a call
     */
    public ApiServer(URI address, Path serviceAccount, Duration timeout) {
        this.address = address;
        this.serviceAccount = serviceAccount;
        this.timeout = timeout;
        // The API server is in the cluster; a proxy is for what is outside.
        this.http = new HttpGet(authorities(), true, timeout);
    }

    /** From {@code KUBERNETES_SERVICE_HOST} and {@code KUBERNETES_SERVICE_PORT}. */
    public static URI address(String host, String port) {
        return URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    URI address() {
        return address;
    }

    /**
     * The document at a path.
     *
     * @throws IOException if the server does not answer with it
     */
    public String get(String path) throws IOException {
        return http.fetch(address.resolve(path), ownToken());
    }

    /**
     * What the server answers to a JSON document.
     *
     * @throws IOException if the server does not take it
     */
    String post(String path, String json) throws IOException {
        return http.post(address.resolve(path), ownToken(), json);
    }

    /**
     * Changes what is at a path.
     *
     * @param operations a JSON patch
     * @throws IOException if the server does not say that it is done
     */
    public void patch(String path, String operations) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(address.resolve(path))
                        .timeout(timeout)
                        .header("Authorization", "Bearer " + ownToken())
                        .header("Content-Type", "application/json-patch+json")
                        .method("PATCH", BodyPublishers.ofString(operations))
                        .build();
        // The client that HttpGet uses knows no PATCH. This one has threads of its own, and is
        // closed at once: patches are few.
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(new Authorities(authorities()).context())
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .connectTimeout(timeout)
                        .build()) {
            HttpResponse<Void> answer = client.send(request, BodyHandlers.discarding());
            if (answer.statusCode() != 200) {
                throw new IOException(
                        request.uri() + " answers with status " + answer.statusCode());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private Path authorities() {
        return serviceAccount.resolve("ca.crt");
    }

    // Read anew each time: kubelet renews it.
    private String ownToken() throws IOException {
        Path file = serviceAccount.resolve("token");
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("the agent has no service account token at " + file, e);
        }
    }
}
