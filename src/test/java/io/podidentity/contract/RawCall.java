package io.podidentity.contract;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import java.io.IOException;

/** Asks over a socket, byte for byte as the table says. */
final class RawCall {

    private RawCall() {}

    static Answer ask(RawConnection connection, Request request, int port) throws IOException {
        return connection.send(text(request, port)).read(request.method());
    }

    /** On a connection of its own. */
    static Answer ask(String host, int port, Request request) throws IOException {
        try (RawConnection connection = new RawConnection(host, port)) {
            return ask(connection, request, port);
        }
    }

    static String text(Request request, int port) {
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
        if (request.host() != null) {
            String host = request.host().replace("{port}", String.valueOf(port));
            text.append("Host: ").append(host).append("\r\n");
        }
        if (request.token() != null) {
            text.append("Authorization: ").append(request.token()).append("\r\n");
        }
        if (!request.body().isEmpty()) {
            text.append("Content-Length: ").append(request.body().length()).append("\r\n");
        }
        return text.append("\r\n").append(request.body()).toString();
    }
}
