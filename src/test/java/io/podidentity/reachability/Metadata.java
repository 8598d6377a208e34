package io.podidentity.reachability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;

/** What the agent's jar tells a native image's builder. */
public final class Metadata {

    private static final String FOLDER = "META-INF/native-image/";
    private static final String AGENT = "io.podidentity/pod-identity-agent/";

    private Metadata() {}

    /** What is written by hand. */
    public static JsonNode byHand() throws IOException {
        return read(FOLDER + AGENT + "reachability-metadata.json");
    }

    /** What picocli's annotation processor has found. */
    public static JsonNode ofPicocli() throws IOException {
        return read(FOLDER + "picocli-generated/" + AGENT + "reflect-config.json");
    }

    static JsonNode read(String resource) throws IOException {
        try (InputStream in = Metadata.class.getResourceAsStream("/" + resource)) {
            if (in == null) {
                throw new AssertionError("there is no " + resource);
            }
            return new ObjectMapper().readTree(in);
        }
    }

    /** The texts under a key of an array's objects. */
    static Set<String> texts(JsonNode array, String key) {
        Set<String> texts = new TreeSet<>();
        array.forEach(node -> texts.add(node.path(key).asText()));
        return texts;
    }
}
