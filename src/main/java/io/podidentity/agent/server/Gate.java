package io.podidentity.agent.server;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;

/**
 * Lets through to the application only what a listener is there for.
 *
 * @param paths that exist there, exactly as written
 * @param handler what answers them
 */
record Gate(Set<String> paths, Handler<HttpServerRequest> handler) {

    Gate {
        paths = Set.copyOf(paths);
    }

    /** Why a request goes no further; empty when it may pass. */
    Optional<Reply> refusal(HttpServerRequest request) {
        String path = request.path();
        if (path == null || !paths.contains(path)) {
            return Optional.of(Reply.notFound());
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return Optional.of(Reply.wrongMethod());
        }
        // Which of two is meant, the next reader may see otherwise.
        if (doubled(request, "Host") || doubled(request, "Authorization")) {
            return Optional.of(Reply.invalidRequest(400));
        }
        // Quarkus would answer without a body, and unseen by its own filters.
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
