package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What becomes of a request for credentials. */
@FunctionalInterface
interface Way {

    Message answer(Head request) throws IOException, InterruptedException;

    /** The agent answers. */
    static Way toAgent(int port) {
        return request -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                socket.getOutputStream().write(request.bytes());
                InputStream in = new BufferedInputStream(socket.getInputStream());
                Head head = Head.read(in).orElseThrow(EOFException::new);
                int length = Integer.parseInt(head.header("Content-Length"));
                return new Message(head, new String(in.readNBytes(length), UTF_8));
            }
        };
    }

    /** This one, for a request that names another host. */
    default Way calledAs(String host) {
        return request -> answer(request.with("Host", host));
    }

    /** This one, after a time. */
    default Way late(Duration time) {
        CountDownLatch never = new CountDownLatch(1);
        return request -> {
            Message answer = answer(request);
            boolean ended = never.await(time.toMillis(), TimeUnit.MILLISECONDS);
            return ended ? new Message(new Head(""), "") : answer;
        };
    }

    /** An error as the agent writes it. */
    static Way error(int status, String code, String message) {
        return of(
                status,
                """
                {"message":"%s","code":"%s","Code":"%s","Message":"%s"}"""
                        .formatted(message, code, code, message));
    }

    /** Credentials with some life left. */
    static Way credentialsFor(Duration left) {
        return request ->
                of(
                                200,
                                """
                                {"AccessKeyId":"ASIASHORTLIVED","SecretAccessKey":"secret",\
                                "Token":"session","AccountId":"123456789012","Expiration":"%s"}"""
                                        .formatted(
                                                Instant.now()
                                                        .plus(left)
                                                        .truncatedTo(ChronoUnit.SECONDS)))
                        .answer(request);
    }

    private static Way of(int status, String body) {
        Head head =
                new Head(
                        "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\ncontent-length: %d\r\n\r\n"
                                .formatted(
                                        status, REASONS.get(status), body.getBytes(UTF_8).length));
        return request -> new Message(head, body);
    }

    Map<Integer, String> REASONS =
            Map.of(
                    200, "OK",
                    429, "Too Many Requests",
                    500, "Internal Server Error",
                    503, "Service Unavailable");

    /** An answer. */
    record Message(Head head, String text) {

        byte[] bytes() {
            byte[] body = text.getBytes(UTF_8);
            return ByteBuffer.allocate(head.bytes().length + body.length)
                    .put(head.bytes())
                    .put(body)
                    .array();
        }
    }
}
