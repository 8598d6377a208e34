package io.podidentity.config;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What is asked of a flag when its command starts, whether it was given as a flag, a variable or a
 * property. Converters ask less: each command reads the other's settings, too, and a file that only
 * the other one needs must not keep it from starting.
 */
public enum Check {
    NONE(_ -> {}),
    URL(Endpoint::parse),
    LINK_KIND(LinkKind::parse),
    ISSUER(NamedValue::issuer),
    CLUSTER_SOURCE(Check::clusterSource),
    TRUE_OR_FALSE(
            text -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"),
            "is neither true nor false; give one of them"),
    AUDIENCE(text -> !text.isBlank(), "is no audience; give one such as pods.eks.amazonaws.com"),
    REGION(
            text -> text.matches("[a-z]{2}[a-z-]{1,30}-[0-9]{1,2}"),
            "is not a region; give one such as eu-west-1"),
    KEYS_URL(
            Check::cannotBeForged,
            "is not https, and whoever serves the keys can make tokens; give an https URL"),
    KEYS_FILE(Check::isReadable, "cannot be read; give a file with a JWKS document"),
    FILE(Check::isReadable, "cannot be read; give a file that exists"),
    FILE_OR_NEW(
            text -> isReadable(text) || canBeMade(Path.of(text).toAbsolutePath()),
            "cannot be read or made; give a file in a folder that exists"),
    FOLDER(
            text -> Files.isDirectory(Path.of(text)) && Files.isWritable(Path.of(text)),
            "is no folder to write to; give one that exists");

    @SuppressWarnings("ImmutableEnumChecker") // Its lambdas hold nothing that changes.
    private final Consumer<String> check;

    Check(Consumer<String> check) {
        this.check = check;
    }

    Check(Predicate<String> rule, String otherwise) {
        this(
                text -> {
                    if (!rule.test(text)) {
                        throw new IllegalArgumentException("'" + text + "' " + otherwise);
                    }
                });
    }

    /**
     * Checks a value.
     *
     * @throws IllegalArgumentException if it will not do; the message says what to give
     */
    public void check(String text) {
        check.accept(text);
    }

    private static void clusterSource(String text) {
        ClusterSource source = ClusterSource.parse(text);
        if (source.isUrl()) {
            URL.check(source.keys());
            KEYS_URL.check(source.keys());
        } else if (!source.keys().equals(ClusterSource.API_SERVER)) {
            KEYS_FILE.check(source.keys());
        }
    }

    private static boolean cannotBeForged(String url) {
        URI uri = URI.create(url);
        return uri.getScheme().equals("https")
                || uri.getHost().matches("127\\..*|localhost|\\[::1]");
    }

    private static boolean isReadable(String file) {
        return Files.isReadable(Path.of(file));
    }

    private static boolean canBeMade(Path file) {
        Path folder = file.getParent();
        return folder != null && Files.isDirectory(folder) && !Files.exists(file);
    }
}
