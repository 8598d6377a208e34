package io.podidentity.agent.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of the operating system. */
public final class Shell {

    /** What a command left behind. */
    public record Result(int exit, String output) {}

    private static final int PATIENCE_SECONDS = 180;

    private Shell() {}

    public static Result run(List<String> command) {
        try {
            Path output = Files.createTempFile("shell", ".out");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectInput(
                                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                                .redirectOutput(output.toFile())
                                .start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new AssertionError(command + " did not end: " + read(output));
                }
                return new Result(process.exitValue(), read(output));
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

    public static boolean has(String command) {
        return run(List.of("sh", "-c", "command -v " + command)).exit() == 0;
    }

    private static String read(Path output) throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
