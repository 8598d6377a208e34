package io.podidentity.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Environment and files of a pod's container.
 *
 * @param root of its file system
 */
public record PodSurroundings(Map<String, String> environment, Path root) {

    public PodSurroundings {
        environment = Map.copyOf(environment);
    }

    /** Of this process. */
    public static PodSurroundings own() {
        return new PodSurroundings(System.getenv(), Path.of("/"));
    }

    /**
     * Of another process, such as from an ephemeral container, which has no variables of its own.
     *
     * @throws IOException if this one may not look at it
     */
    public static PodSurroundings of(long pid) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        Map<String, String> environment = new TreeMap<>();
        for (String each : Files.readString(process.resolve("environ")).split("\0", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                environment.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return new PodSurroundings(environment, process.resolve("root"));
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    String needed(String name) throws IOException {
        return variable(name).orElseThrow(() -> new IOException(name + " is not set"));
    }

    /** A file as this process sees it. */
    Path path(String file) {
        return root.resolve(Path.of("/").relativize(Path.of("/").resolve(file)));
    }

    /** With the places of the shared files as this process sees them. */
    Map<String, String> sdkEnvironment() {
        Map<String, String> all = new TreeMap<>(environment);
        String home = environment.getOrDefault("HOME", "/root");
        all.put(
                "AWS_SHARED_CREDENTIALS_FILE",
                path(variable("AWS_SHARED_CREDENTIALS_FILE").orElse(home + "/.aws/credentials"))
                        .toString());
        all.put(
                "AWS_CONFIG_FILE",
                path(variable("AWS_CONFIG_FILE").orElse(home + "/.aws/config")).toString());
        return all;
    }

    /** Without the environment, which may hold secrets. */
    @Override
    public String toString() {
        return "PodSurroundings[" + root + "]";
    }
}
