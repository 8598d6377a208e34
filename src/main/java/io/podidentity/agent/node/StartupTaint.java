package io.podidentity.agent.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.podidentity.token.ApiServer;
import java.io.IOException;

/**
 * The taint that a node is created with, so that no pod that needs credentials starts there before
 * the agent is ready.
 *
 * @param node its name
 * @param key the taint's
 */
public record StartupTaint(ApiServer server, String node, String key) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Removes it, whatever its effect, and no other.
     *
     * @return whether there was one
     * @throws IOException if the API server cannot be asked, refuses, or the taints changed
     *     meanwhile
     */
    public boolean remove() throws IOException {
        String path = "/api/v1/nodes/" + node;
        // A patch of nothing, since the right to get nodes would be one to get all of them.
        String now = server.patch(path, "[]");
        ArrayNode patch = removal(read(now).at("/spec/taints"));
        if (patch.isEmpty()) {
            return false;
        }
        server.patch(path, patch.toString());
        return true;
    }

    /** Removes by index, the last first, and only if unchanged. */
    private ArrayNode removal(JsonNode taints) {
        ArrayNode patch = JSON.createArrayNode();
        for (int i = taints.size() - 1; i >= 0; i--) {
            if (taints.get(i).path("key").asText().equals(key)) {
                String place = "/spec/taints/" + i;
                patch.addObject().put("op", "test").put("path", place).set("value", taints.get(i));
                patch.addObject().put("op", "remove").put("path", place);
            }
        }
        return patch;
    }

    private JsonNode read(String document) throws IOException {
        try {
            return JSON.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IOException("the API server describes " + node + " unreadably", e);
        }
    }
}
