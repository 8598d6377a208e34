package io.podidentity.agent.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server that knows one node, whose taints may be patched, and that may not be got. */
public final class NodeServer implements AutoCloseable {

    public static final String NODE = "ip-10-0-0-1.ec2.internal";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORBIDDEN = 403;
    private static final int UNPROCESSABLE = 422;

    private final HttpPeer server;
    private final Path account;
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile ArrayNode taints = JSON.createArrayNode();
    private final AtomicInteger patches = new AtomicInteger();
    private volatile int status = 200;
    private volatile Runnable beforePatch = () -> {};

    private NodeServer(HttpPeer server, Path account) {
        this.server = server;
        this.account = account;
    }

    /** Begins to serve; the agent's token and the server's certificate are put in the folder. */
    public static NodeServer start(Path folder) throws Exception {
        TestAuthority authority = TestAuthority.in(folder);
        Files.writeString(folder.resolve("token"), "agents-own-token");
        NodeServer node = new NodeServer(new HttpPeer(authority), folder);
        node.server.answer(node::answer);
        return node;
    }

    /** Where it is. */
    public URI address() {
        return server.address();
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

    /** Patches that said to change something. */
    int patches() {
        return patches.get();
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.close();
    }

    private boolean answer(Request request, OutputStream out)
            throws IOException, InterruptedException {
        authorizations.add(request.header("Authorization"));
        return reply(request).to(request, out);
    }

    private Answer reply(Request request) throws JsonProcessingException {
        if (!request.target().equals("/api/v1/nodes/" + NODE)) {
            return Answer.of(404, "");
        }
        if (status != 200) {
            return Answer.of(status, "");
        }
        if (!request.method().equals("PATCH")) {
            return Answer.of(FORBIDDEN, "");
        }
        return request.header("Content-Type").equals("application/json-patch+json")
                        && patch(JSON.readTree(request.body()))
                ? Answer.of(200, node())
                : Answer.of(UNPROCESSABLE, "");
    }

    /** All operations or none. */
    private boolean patch(JsonNode operations) {
        if (operations.isEmpty()) {
            return true;
        }
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

    private String node() throws JsonProcessingException {
        var node = JSON.createObjectNode().put("kind", "Node");
        var spec = node.putObject("spec").put("providerID", "aws:///a/i-0");
        if (!taints.isEmpty()) {
            spec.set("taints", taints);
        }
        return JSON.writeValueAsString(node);
    }
}
