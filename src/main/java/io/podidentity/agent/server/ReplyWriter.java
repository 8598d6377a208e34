package io.podidentity.agent.server;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.podidentity.guard.CutOff;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;

/** Writes replies to requests that do not reach the application. */
@ApplicationScoped
class ReplyWriter {

    private static final int METHOD_NOT_ALLOWED = 405;

    /** Answers, and closes the connection where the client is still sending. */
    Future<Void> write(HttpServerRequest request, Reply reply) {
        boolean sending = hasBody(request);
        if (sending) {
            request.response().putHeader("Connection", "close");
        }
        if (reply.status() == METHOD_NOT_ALLOWED) {
            request.response().putHeader("Allow", "GET");
        }
        byte[] body = reply.body().json();
        return request.response()
                .setStatusCode(reply.status())
                .putHeader("Content-Type", "application/json")
                // Vert.x leaves it out of answers to HEAD.
                .putHeader("Content-Length", String.valueOf(body.length))
                .end(Buffer.buffer(body))
                .onComplete(
                        written -> {
                            if (sending) {
                                request.connection().close();
                            }
                        });
    }

    /** Answers a request that is not valid HTTP, or too large. */
    void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status =
                cause instanceof TooLongHttpLineException
                        ? 414
                        : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        write(request, Reply.invalidRequest(status))
                .onComplete(written -> request.connection().close());
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.getHeader("Transfer-Encoding") != null
                || (length != null && !length.equals("0"));
    }

    /** The reply to a client that is cut off. */
    byte[] cutOff(CutOff why) {
        Reply reply =
                switch (why) {
                    case TOO_SLOW -> Reply.requestTooLate();
                    case TOO_MANY_HEADERS -> Reply.invalidRequest(CutOff.TOO_MANY_HEADERS.status());
                    case TOO_MUCH -> Reply.tooManyConnections();
                };
        return reply.body().json();
    }
}
