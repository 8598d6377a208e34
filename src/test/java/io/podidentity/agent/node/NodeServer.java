package io.podidentity.agent.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.podidentity.harness.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server that knows one node, and applies JSON patches to its taints. */
public final class NodeServer implements AutoCloseable {

    public static final String NODE = "ip-10-0-0-1.ec2.internal";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int UNPROCESSABLE = 422;

    private final HttpsServer server;
    private final Path account;
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile ArrayNode taints = JSON.createArrayNode();
    private final AtomicInteger patches = new AtomicInteger();
    private volatile int status = 200;
    private volatile Runnable beforePatch = () -> {};

    private NodeServer(HttpsServer server, Path account) {
        this.server = server;
        this.account = account;
    }

    /** Begins to serve; the agent's token and the server's certificate are put in the folder. */
    public static NodeServer start(Path folder) throws Exception {
        TestAuthority authority = TestAuthority.in(folder);
        Files.writeString(folder.resolve("token"), "agents-own-token");
        HttpsServer https =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(authority.server()));
        NodeServer node = new NodeServer(https, folder);
        https.createContext("/api/v1/nodes/" + NODE, node::answer);
        https.start();
        return node;
    }

    /** Where it is. */
    public URI address() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What kubelet would mount into the agent. */
    public Path account() {
        return account;
    }

    /** The node's taints now. */
    public JsonNode taints() {
        return taints;
    }

    /** Gives the node these; quotes may be single. */
    public void taints(String... each) {
        try {
            taints =
                    (ArrayNode)
                            JSON.readTree(("[" + String.join(",", each) + "]").replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    void reset() {
        taints = JSON.createArrayNode();
        patches.set(0);
        status = 200;
        authorizations.clear();
    }

    void refuse(int status) {
        this.status = status;
    }

    void beforeNextPatch(Runnable action) {
        beforePatch = action;
    }

    int patches() {
        return patches.get();
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            if (status != 200) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            if (exchange.getRequestMethod().equals("PATCH")) {
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                JsonNode operations = JSON.readTree(exchange.getRequestBody());
                if (!type.equals("application/json-patch+json") || !patch(operations)) {
                    exchange.sendResponseHeaders(UNPROCESSABLE, -1);
                    return;
                }
            }
            byte[] body = node();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** All operations or none. */
    private boolean patch(JsonNode operations) {
        beforePatch.run();
        beforePatch = () -> {};
        patches.incrementAndGet();
        ArrayNode changed = taints.deepCopy();
        for (JsonNode operation : operations) {
            int place = Integer.parseInt(operation.get("path").asText().replaceAll("\\D+", ""));
            boolean fits =
                    switch (operation.get("op").asText()) {
                        case "test" -> operation.get("value").equals(changed.path(place));
                        case "remove" -> changed.remove(place) != null;
                        default -> false;
                    };
            if (!fits) {
                return false;
            }
        }
        taints = changed;
        return true;
    }

    private byte[] node() throws JsonProcessingException {
        var node = JSON.createObjectNode().put("kind", "Node");
        var spec = node.putObject("spec").put("providerID", "aws:///a/i-0");
        if (!taints.isEmpty()) {
            spec.set("taints", taints);
        }
        return JSON.writeValueAsBytes(node);
    }
}
