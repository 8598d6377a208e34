package io.podidentity.agent.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Answers what fails on the way to the resource; Quarkus would do it in a shape of its own. */
@ApplicationScoped
class Unanswered {

    private static final Logger LOG = Logger.getLogger(Unanswered.class);
    private static final int OUTERMOST = -20_000;
    private static final int FIRST_SERVER_ERROR = 500;

    private final AllowedHosts hosts;
    private final ReplyWriter replies;
    private final ConnectionGuard guard;

    Unanswered(AllowedHosts hosts, ReplyWriter replies, ConnectionGuard guard) {
        this.hosts = hosts;
        this.replies = replies;
        this.guard = guard;
    }

    void failures(@Observes Router router) {
        router.route().order(OUTERMOST).failureHandler(this::answer);
    }

    private void answer(RoutingContext request) {
        HttpConnection connection = request.request().connection();
        boolean tracked = request.get(Listeners.TRACKED) != null;
        reply(request)
                .onComplete(
                        written -> {
                            if (!tracked) {
                                guard.ended(connection);
                            }
                        });
    }

    private Future<Void> reply(RoutingContext request) {
        String host = request.request().getHeader("Host");
        if (!hosts.allow(host)) {
            // A host that is none makes Quarkus fail before the resource can look at it.
            return replies.write(request.request(), Reply.invalidAddress(hosts.refusal(host)));
        }
        if (request.statusCode() >= FIRST_SERVER_ERROR) {
            LOG.error("A request failed", request.failure());
            return replies.write(request.request(), Reply.bug());
        }
        return replies.write(request.request(), Reply.invalidRequest(request.statusCode()));
    }
}
