package io.podidentity.agent.server;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;

/**
 * Rejects requests for paths or methods the listener does not serve.
 *
 * @param paths served paths, matched exactly
 * @param handler handler of accepted requests
 */
record Gate(Set<String> paths, Handler<HttpServerRequest> handler) {

    Gate {
        paths = Set.copyOf(paths);
    }

    /** Hands a request on, or rejects it. */
    void handle(HttpServerRequest request, ReplyWriter replies) {
        refusal(request)
                .ifPresentOrElse(
                        reply -> replies.write(request, reply), () -> handler.handle(request));
    }

    /** The reply to a rejected request; empty if it is accepted. */
    Optional<Reply> refusal(HttpServerRequest request) {
        String path = request.path();
        if (path == null || !paths.contains(path)) {
            return Optional.of(Reply.notFound());
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return Optional.of(Reply.wrongMethod());
        }
        // Duplicate headers are rejected: parsers disagree on which one wins.
        if (doubled(request, "Host") || doubled(request, "Authorization")) {
            return Optional.of(Reply.invalidRequest(400));
        }
        // Quarkus would answer without a body, bypassing its own filters.
        return valid(request.uri()) ? Optional.empty() : Optional.of(Reply.invalidRequest(400));
    }

    private static boolean doubled(HttpServerRequest request, String header) {
        return request.headers().getAll(header).size() > 1;
    }

    private static boolean valid(String uri) {
        try {
            return new URI(uri).getRawPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
