package io.podidentity.bench;

import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An agent to measure: ours with the image's flags, and another one beside it.
 *
 * @param program a command that takes our arguments; empty for ours
 */
record Contender(String name, List<String> program) {

    /** The path of another agent, such as the reference. */
    private static final String OTHER = "REFERENCE_AGENT";

    private static final Path PLAIN = Path.of("target", "plain-agent");

    private static final Contender OURS = new Contender("ours", List.of());

    /** Ours and the other one; says what the other one is. */
    static List<Contender> all() {
        List<Contender> all = new ArrayList<>(List.of(OURS));
        String other = System.getenv(OTHER);
        if (other != null) {
            System.out.println("beside ours: " + other);
            all.add(new Contender("reference", List.of(other)));
        } else if (Shell.has("go")) {
            Shell.succeed(List.of("go", "build", "-o", PLAIN.toString(), "src/bench/go/plain.go"));
            System.out.println(
                    "beside ours: src/bench/go/plain.go, which does less than any real agent; "
                            + OTHER
                            + " names the reference's executable");
            all.add(new Contender("plain Go", List.of(PLAIN.toAbsolutePath().toString())));
        } else {
            System.out.println("NOTHING BESIDE OURS: no " + OTHER + ", and no Go for a plain one");
        }
        return all;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param authorities whom it trusts besides none; null for the system's
     */
    PackagedAgent start(URI endpoint, @Nullable Path authorities) {
        PackagedAgent.Builder builder =
                PackagedAgent.server()
                        .memoryOfImage()
                        .as(program)
                        .bindHosts("127.0.0.1")
                        .endpoint(endpoint);
        if (authorities != null) {
            builder.environment("AWS_CA_BUNDLE", authorities.toString())
                    .environment("SSL_CERT_FILE", authorities.toString());
        }
        return builder.start().awaitReady();
    }

    /** Whether its breaker lets calls through; the other one has none. */
    String breaker(PackagedAgent agent) {
        return program.isEmpty()
                ? agent.get(agent.metrics("/metrics")).body().contains("eks_auth_breaker_open 1.0")
                        ? "open"
                        : "closed"
                : "-";
    }

    /** The processor time that an agent has used so far. */
    static Duration cpu(PackagedAgent agent) {
        return ProcessHandle.of(agent.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Objects::requireNonNull)
                .orElseThrow();
    }
}
