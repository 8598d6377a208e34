package io.podidentity.token;

import io.podidentity.outbound.Proxies;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** The cluster's API server, called as the agent's own service account. */
public final class ApiServer {

    private final URI address;
    private final Path serviceAccount;
    private final Documents http;

    /**
     * @param serviceAccount the folder of the agent's own projected token and the cluster's
     *     authorities
     * @param timeout for each step of a call
     */
    public ApiServer(URI address, Path serviceAccount, Duration timeout) {
        this.address = address;
        this.serviceAccount = serviceAccount;
        // The API server is in the cluster; a proxy is for what is outside.
        this.http = new Documents(authorities(), Proxies.NONE, timeout);
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
        return http.get(address.resolve(path), ownToken());
    }

    /**
     * Posts a JSON document and returns the response.
     *
     * @throws IOException if the server rejects it
     */
    public String post(String path, String json) throws IOException {
        return http.send("POST", address.resolve(path), ownToken(), "application/json", json);
    }

    /**
     * Changes what is at a path, and returns what it is now.
     *
     * @param operations a JSON patch
     * @throws IOException if the server does not confirm it
     */
    public String patch(String path, String operations) throws IOException {
        return http.send(
                "PATCH",
                address.resolve(path),
                ownToken(),
                "application/json-patch+json",
                operations);
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
