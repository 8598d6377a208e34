package io.podidentity.doctor;

import io.podidentity.outbound.HttpAnswer;
import io.podidentity.outbound.HttpCall;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.tls.Trust;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Requests to the agent and the instance's metadata, which never go through a proxy. */
final class Http {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private Http() {}

    static HttpAnswer send(String method, URI uri, Map<String, List<String>> headers)
            throws IOException {
        try (HttpClient client = new HttpClient(Proxies.NONE, Trust.system(), TIMEOUT, TIMEOUT)) {
            return client.send(new HttpCall(method, uri, headers, ""));
        }
    }

    static HttpAnswer get(URI uri) throws IOException {
        return send("GET", uri, Map.of());
    }
}
