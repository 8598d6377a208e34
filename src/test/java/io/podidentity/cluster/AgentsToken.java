package io.podidentity.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whoever has stolen the token of an agent's service account. */
record AgentsToken(ClusterNode node, String token) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The one that kubelet has given the agent's pod. */
    static AgentsToken of(ClusterNode node, InstalledAgent agent) {
        String file =
                "/var/lib/kubelet/pods/%s/volumes/kubernetes.io~projected/api-server/token"
                        .formatted(agent.pods());
        return new AgentsToken(node, agent.run("cat " + file));
    }

    /**
     * What the API server answers, which would change nothing.
     *
     * @param type of the body, without "application/", if there is a body
     */
    JsonNode ask(String verb, String path, @Nullable String type, String body) throws IOException {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "--silent",
                                "--insecure",
                                "--max-time",
                                "20",
                                "--request",
                                verb,
                                "--header",
                                "Authorization: Bearer " + token));
        if (type != null) {
            line.addAll(List.of("--header", "Content-Type: application/" + type, "--data", body));
        }
        line.add("https://10.0.0.1:6443/api/v1/" + path + "?dryRun=All&fieldManager=thief");
        return JSON.readTree(node.run(line).output());
    }
}
