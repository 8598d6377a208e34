package io.podidentity.auth.server;

import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.Refusal;
import io.podidentity.guard.RefusalLines;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * Answers requests to exchange a token, logs each once and counts it.
 *
 * @param region that ARNs of associations name
 */
record ExchangeRoute(Exchange exchange, AuthEvents events, String region, RefusalLines refusals) {

    private static final Logger LOG = Logger.getLogger(ExchangeRoute.class);

    /**
     * Blocks.
     *
     * @param who the caller, for the log
     */
    void handle(RoutingContext context, String who) {
        long start = System.nanoTime();
        Exchange.Outcome outcome =
                switch (Wire.tokenIn(context.body().asString())) {
                    case Wire.Request(String token) ->
                            exchange.exchange(
                                    Objects.requireNonNull(context.pathParam("cluster")), token);
                    case Wire.Unreadable(ErrorType type, String problem) ->
                            new Refusal(type, problem);
                };
        String result =
                switch (outcome) {
                    case Exchange.Exchanged exchanged -> issued(context, who, exchanged);
                    case Refusal refusal -> refused(context, who, refusal);
                };
        events.exchanged(result, Duration.ofNanos(System.nanoTime() - start));
    }

    private String issued(RoutingContext context, String who, Exchange.Exchanged exchanged) {
        LOG.infof(
                "Issued %s to pod %s of %s/%s under %s for %s, request %s",
                exchanged.session(),
                exchanged.token().podName(),
                exchanged.token().namespace(),
                exchanged.token().serviceAccount(),
                exchanged.association().id(),
                who,
                Replies.requestId(context));
        Replies.send(context, 200, Wire.success(exchanged, region));
        return "Success";
    }

    private String refused(RoutingContext context, String who, Refusal refusal) {
        if (refusals.admit(Replies.client(context))) {
            LOG.infof(
                    "Refused %s with %s: %s, request %s",
                    who,
                    refusal.type().code(),
                    RefusalLines.shortened(refusal.message()),
                    Replies.requestId(context));
        }
        Replies.error(context, refusal.type().status(), refusal.type(), refusal.message());
        return refusal.type().code();
    }
}
