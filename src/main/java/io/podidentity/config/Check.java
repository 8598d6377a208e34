package io.podidentity.config;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a flag is checked when its command starts, whether given as a flag, a variable or a property.
 * Converters check less: each command reads the other's settings, too, and a file that only the
 * other needs must not prevent its start.
 */
public enum Check {
    NONE,
    URL,
    LINK_KIND,
    ISSUER,
    CLUSTER_SOURCE,
    TRUE_OR_FALSE,
    AUDIENCE,
    REGION,
    KEYS_URL,
    KEYS_FILE,
    FILE,
    ASSOCIATIONS,
    FOLDER;

    /**
     * Checks a value.
     *
     * @throws IllegalArgumentException if it will not do; the message says what to give
     */
    public void check(String text) {
        switch (this) {
            case NONE -> {}
            case URL -> Endpoint.parse(text);
            case LINK_KIND -> LinkKind.parse(text);
            case ISSUER -> NamedValue.issuer(text);
            case CLUSTER_SOURCE -> clusterSource(text);
            case TRUE_OR_FALSE ->
                    require(
                            text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"),
                            text,
                            "is neither true nor false; give one of them");
            case AUDIENCE ->
                    require(
                            !text.isBlank(),
                            text,
                            "is no audience; give one such as pods.eks.amazonaws.com");
            case REGION ->
                    require(
                            text.matches("[a-z]{2}[a-z-]{1,30}-[0-9]{1,2}"),
                            text,
                            "is not a region; give one such as eu-west-1");
            case KEYS_URL ->
                    require(
                            cannotBeForged(Endpoint.parse(text)),
                            text,
                            "is not https, and whoever serves the keys can make tokens; give an"
                                    + " https URL");
            case KEYS_FILE ->
                    require(
                            Files.isReadable(Path.of(text)),
                            text,
                            "cannot be read; give a file with a JWKS document");
            case FILE ->
                    require(
                            Files.isReadable(Path.of(text)),
                            text,
                            "cannot be read; give a file that exists");
            case ASSOCIATIONS ->
                    require(
                            text.equals(AuthConfig.KUBERNETES)
                                    || Files.isReadable(Path.of(text))
                                    || canBeMade(Path.of(text)),
                            text,
                            "cannot be read or made; give a file in a folder that exists, or"
                                    + " kubernetes");
            case FOLDER ->
                    require(
                            // What else may be wrong with it costs only what it keeps.
                            Files.isDirectory(Path.of(text)) || Files.notExists(Path.of(text)),
                            text,
                            "is no folder; give one, which need not exist");
        }
    }

    private static void require(boolean holds, String text, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("'" + text + "' " + otherwise);
        }
    }

    private static void clusterSource(String text) {
        ClusterSource source = ClusterSource.parse(text);
        if (source.isUrl()) {
            KEYS_URL.check(source.keys());
        } else if (!source.keys().equals(ClusterSource.API_SERVER)) {
            KEYS_FILE.check(source.keys());
        }
    }

    private static boolean cannotBeForged(URI uri) {
        return uri.getScheme().equals("https")
                || uri.getHost().matches("127\\..*|localhost|\\[::1]");
    }

    private static boolean canBeMade(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder != null && Files.isDirectory(folder) && !Files.exists(file);
    }
}
