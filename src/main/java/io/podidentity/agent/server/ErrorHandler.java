package io.podidentity.agent.server;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Answers requests that fail before the resource, in the agent's error format. */
@ApplicationScoped
class ErrorHandler {

    private static final Logger LOG = Logger.getLogger(ErrorHandler.class);
    private static final int OUTERMOST = -20_000;
    private static final int FIRST_SERVER_ERROR = 500;

    private final AllowedHosts hosts;
    private final ReplyWriter replies;

    ErrorHandler(AllowedHosts hosts, ReplyWriter replies) {
        this.hosts = hosts;
        this.replies = replies;
    }

    void failures(@Observes Router router) {
        router.route().order(OUTERMOST).failureHandler(this::answer);
    }

    private void answer(RoutingContext request) {
        Optional<String> elsewhere = hosts.elsewhere(request.request());
        if (elsewhere.isPresent()) {
            // Quarkus rejects an invalid Host before the resource runs.
            replies.write(request.request(), Reply.invalidAddress(elsewhere.get()));
        } else if (request.statusCode() >= FIRST_SERVER_ERROR) {
            LOG.error("A request failed", request.failure());
            replies.write(request.request(), Reply.bug());
        } else {
            replies.write(request.request(), Reply.invalidRequest(request.statusCode()));
        }
    }
}
