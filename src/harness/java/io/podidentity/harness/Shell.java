package io.podidentity.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of the operating system. */
public final class Shell {

    /** What a command left behind. */
    public record Result(int exit, String output) {}

    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private Shell() {}

    public static Result run(List<String> command) {
        return run(new ProcessBuilder(command), TIMEOUT);
    }

    /** Runs a command that may take so long; its output is what it wrote, errors among it. */
    public static Result run(ProcessBuilder command, Duration patience) {
        try {
            Path output = Files.createTempFile("shell", ".out");
            try {
                // Not a pipe: nobody has to read it while the command runs.
                Process process =
                        Processes.start(
                                command.redirectErrorStream(true)
                                        .redirectInput(new File("/dev/null"))
                                        .redirectOutput(output.toFile()));
                try {
                    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                        throw new AssertionError(
                                command.command() + " did not end: " + read(output));
                    }
                    return new Result(process.exitValue(), read(output));
                } finally {
                    Processes.kill(process);
                }
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The output of a command that must succeed. */
    public static String succeed(List<String> command) {
        Result result = run(command);
        if (result.exit() != 0) {
            throw new AssertionError(command + " ended with " + result);
        }
        return result.output();
    }

    /** A tool of the JDK that runs the tests. */
    public static String jdk(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    public static boolean has(String command) {
        return run(List.of("sh", "-c", "command -v " + command)).exit() == 0;
    }

    private static String read(Path output) throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
