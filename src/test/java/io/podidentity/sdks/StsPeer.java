package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** STS on a loopback port; it remembers who signed. */
final class StsPeer implements AutoCloseable {

    private static final Pattern SIGNER = Pattern.compile("Credential=([^/]+)/");
    private static final byte[] IDENTITY =
            """
            <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
            <GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>\
            <UserId>AROA:s</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
            <ResponseMetadata><RequestId>8a8c6f5e-0000-4000-8000-000000000002</RequestId>\
            </ResponseMetadata></GetCallerIdentityResponse>"""
                    .getBytes(UTF_8);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Signed> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    StsPeer() throws IOException {
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<Signed> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Matcher signer = SIGNER.matcher(header(exchange, "Authorization"));
            requests.add(
                    new Signed(
                            signer.find() ? signer.group(1) : "nobody",
                            header(exchange, "X-Amz-Security-Token"),
                            Instant.now()));
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, IDENTITY.length);
            exchange.getResponseBody().write(IDENTITY);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getOrDefault(name, List.of("")).getFirst();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** Who signed a request, and when it came. */
    record Signed(String accessKeyId, String sessionToken, Instant at) {}
}
