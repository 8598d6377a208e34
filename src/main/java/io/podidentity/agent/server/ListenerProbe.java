package io.podidentity.agent.server;

import io.podidentity.config.BindHost;
import io.podidentity.config.WellKnown;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Sends a listener a request as a pod would, never through a proxy. */
final class ListenerProbe {

    private static final Logger LOG = Logger.getLogger(ListenerProbe.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private ListenerProbe() {}

    /** What is wrong with the listener; empty when it answers. */
    static Optional<String> ask(BindHost host, int port) {
        try {
            String status = statusLine(host, port, "/", "Host: " + host.inUrl() + "\r\n");
            // Nothing is served there, so 404 is the agent's own answer.
            return status.startsWith("HTTP/1.1 404")
                    ? Optional.empty()
                    : Optional.of("answers " + status);
        } catch (IOException e) {
            return Optional.of("does not answer: " + e.getMessage());
        }
    }

    /** Whether a request for credentials succeeds. */
    static boolean credentials(BindHost host, int port, String token) {
        try {
            // Each agent serves this one, wherever the request comes in.
            String headers =
                    "Host: " + WellKnown.IPV4_ADDRESS + "\r\nAuthorization: " + token + "\r\n";
            return statusLine(host, port, "/v1/credentials", headers).startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            LOG.debugf("%s does not answer yet: %s", host.inUrl(), e);
            return false;
        }
    }

    private static String statusLine(BindHost host, int port, String path, String headers)
            throws IOException {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.connect(
                    new InetSocketAddress(host.local().address(), port), (int) TIMEOUT.toMillis());
            String request =
                    "GET %s HTTP/1.1\r\nConnection: close\r\n%s\r\n".formatted(path, headers);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String status =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine();
            if (status == null) {
                throw new EOFException("the connection was closed without an answer");
            }
            return status;
        }
    }
}
