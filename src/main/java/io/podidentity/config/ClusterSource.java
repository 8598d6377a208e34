package io.podidentity.config;

/**
 * A cluster whose tokens are accepted.
 *
 * @param name as clients name it
 * @param keys where its signing keys are: {@link #API_SERVER}, an https URL, or a file
 */
public record ClusterSource(String name, String keys) {

    /** The API server of the cluster that the process itself runs in. */
    public static final String API_SERVER = "api-server";

    /**
     * Reads {@code NAME=KEYS}.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static ClusterSource parse(String text) {
        NamedValue named = NamedValue.parse(text, "my-cluster=/etc/keys.json");
        return new ClusterSource(ClusterName.parse(named.name()), named.value());
    }

    /** Whether the keys are at a URL. */
    public boolean isUrl() {
        return keys.startsWith("https://") || keys.startsWith("http://");
    }
}
