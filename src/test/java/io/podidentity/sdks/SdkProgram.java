package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.Lines;
import io.podidentity.harness.Processes;
import io.podidentity.harness.StsPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A family's program at work; it is told what to do as src/test/sdks/README.md says. */
final class SdkProgram implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private final Family family;
    private final Process process;
    private final Lines lines;

    private SdkProgram(Family family, Process process) {
        this.family = family;
        this.process = process;
        this.lines = new Lines(process.getInputStream());
    }

    /**
     * Starts a program as a pod whose credentials are at an address.
     *
     * @param more variables beyond those of the pod identity webhook
     */
    static SdkProgram start(
            Family family, URI credentials, PodToken token, StsPeer sts, Map<String, String> more)
            throws IOException {
        List<String> command = new ArrayList<>(family.toolchain().run());
        if (command.getFirst().contains("/") && !command.getFirst().startsWith("/")) {
            command.set(0, family.workshop().resolve(command.getFirst()).toString());
        }
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(family.workshop().toFile())
                        .redirectError(
                                Redirect.appendTo(
                                        family.workshop().resolve("stderr.log").toFile()));
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", Files.createDirectories(home(family)).toString());
        environment.put("AWS_REGION", "eu-west-1");
        environment.put("AWS_DEFAULT_REGION", "eu-west-1");
        // The next one in most chains; nothing here is to look for it.
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", credentials.toString());
        environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.file().toString());
        environment.put("STS_ENDPOINT", sts.endpoint().toString());
        environment.putAll(more);
        return new SdkProgram(family, Processes.start(builder));
    }

    private static Path home(Family family) {
        return family.workshop().resolve("home");
    }

    String version() {
        return ask("version").get("version").asText();
    }

    /** One request with the client that the process keeps. */
    Attempts call() {
        return attempts("call");
    }

    /** Requests at once, each with a client and a default chain of its own. */
    Attempts fresh(int count) {
        return attempts("fresh " + count);
    }

    private Attempts attempts(String command) {
        List<String> errors = new ArrayList<>();
        JsonNode all = ask(command).get("errors");
        all.forEach(
                error -> {
                    if (!error.isNull()) {
                        errors.add(error.asText());
                    }
                });
        return new Attempts(all.size(), errors);
    }

    private JsonNode ask(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
            return JSON.readTree(answer(command));
        } catch (IOException e) {
            throw new UncheckedIOException(family + ": " + stderr(), e);
        }
    }

    /** The next line that is an answer; SDKs print other things, too. */
    private String answer(String command) {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            String line =
                    lines.next(Duration.ofNanos(end - System.nanoTime()))
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    family
                                                            + " does not answer '"
                                                            + command
                                                            + "': "
                                                            + stderr()));
            if (line.startsWith("{")) {
                return line;
            }
        }
    }

    private String stderr() {
        try {
            return Files.readString(family.workshop().resolve("stderr.log"), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                Processes.kill(process);
            }
        } catch (InterruptedException e) {
            Processes.kill(process);
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What became of requests made together.
     *
     * @param errors what the developer sees, of those that failed
     */
    record Attempts(int count, List<String> errors) {

        Attempts {
            errors = List.copyOf(errors);
        }

        boolean succeeded() {
            return errors.isEmpty();
        }

        /** What the developer sees first, or nothing. */
        String error() {
            return errors.isEmpty() ? "" : errors.getFirst();
        }
    }
}
