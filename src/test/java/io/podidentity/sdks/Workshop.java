package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Builds a family's program with its own tool, unless it stands there from an earlier run. */
final class Workshop {

    private static final Duration TIMEOUT = Duration.ofMinutes(20);

    private final Family family;

    Workshop(Family family) {
        this.family = family;
    }

    /** The first tool that this machine lacks. */
    Optional<String> missingTool() {
        return family.toolchain().tools().stream().filter(tool -> !onPath(tool)).findFirst();
    }

    /** Builds; the caller builds one family after another, for compilers use all cores. */
    void build() throws IOException {
        Path stamp = family.workshop().resolve("built-from");
        String sources = fingerprint();
        if (Files.exists(stamp) && Files.readString(stamp).equals(sources)) {
            return;
        }
        Files.deleteIfExists(stamp);
        copySources();
        for (List<String> command : family.toolchain().build()) {
            run(command);
        }
        Files.writeString(stamp, sources);
    }

    private void copySources() throws IOException {
        for (Path file : files()) {
            Path target = family.workshop().resolve(family.sources().relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(family.workshop().toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Shell.Result result = Shell.run(builder, TIMEOUT);
        if (result.exit() != 0) {
            throw new IllegalStateException(command + " failed: " + result.output());
        }
    }

    /** Changes with any source, and with the machine's JDK. */
    private String fingerprint() throws IOException {
        StringBuilder all = new StringBuilder(System.getProperty("java.version"));
        for (Path file : files()) {
            all.append('\n').append(file).append('\n').append(Files.readString(file, UTF_8));
        }
        return all.toString();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(family.sources())) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static boolean onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
