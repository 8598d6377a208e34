package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server on a loopback port that answers some requests with fixed texts, all else with 404 or as
 * it is told.
 */
public final class HttpStub implements AutoCloseable {

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile int otherwise = 404;

    public HttpStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** From now on answers a request so, such as {@code GET /version}. */
    public HttpStub answer(String request, String text) {
        answers.put(request, text);
        return this;
    }

    /** From now on answers all else with a status. */
    public HttpStub otherwise(int status) {
        otherwise = status;
        return this;
    }

    /** From now on answers a request as all else. */
    public void forget(String request) {
        answers.remove(request);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            requests.add(new Request(line, Map.copyOf(exchange.getRequestHeaders())));
            String answer = answers.get(line);
            if (answer == null) {
                exchange.sendResponseHeaders(otherwise, -1);
            } else {
                byte[] body = answer.getBytes(UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** A request, as method and target. */
    public record Request(String line, Map<String, List<String>> headers) {

        /** The first value of a header, or nothing. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }
}
