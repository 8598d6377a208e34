package io.podidentity.auth.server;

import io.podidentity.auth.WireError;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Answers in the shape of AWS. */
final class Replies {

    static final String REQUEST_ID = "x-amzn-RequestId";

    private Replies() {}

    static void send(RoutingContext context, int status, String json) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(json);
    }

    static void error(RoutingContext context, int status, WireError error, String message) {
        context.response().putHeader("x-amzn-ErrorType", error.code());
        send(context, status, Wire.error(message));
    }

    static String client(RoutingContext context) {
        return context.request().remoteAddress().hostAddress();
    }

    static @Nullable String requestId(RoutingContext context) {
        return context.response().headers().get(REQUEST_ID);
    }
}
