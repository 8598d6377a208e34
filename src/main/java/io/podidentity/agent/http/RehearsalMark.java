package io.podidentity.agent.http;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/**
 * Tells the agent's own first request from all others: it is answered from the rehearsal's cache,
 * and neither counted nor logged. The mark is new in each process and never leaves it.
 */
@ApplicationScoped
public class RehearsalMark {

    private static final String HEADER = "X-Rehearsal";

    private final String secret = UUID.randomUUID().toString();

    /** The header line that marks a request. */
    public String headerLine() {
        return HEADER + ": " + secret;
    }

    boolean on(HttpServerRequest request) {
        return secret.equals(request.getHeader(HEADER));
    }
}
