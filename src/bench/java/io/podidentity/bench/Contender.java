package io.podidentity.bench;

import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An agent to measure: ours as in its image, or the jar with the image's flags where there is no
 * image, and another one beside it.
 *
 * @param program a command that takes our arguments; empty for the jar
 * @param ours whether it is ours
 * @param warmedUp whether it is measured after it has warmed itself up, or as soon as it is ready
 */
record Contender(String name, List<String> program, boolean ours, boolean warmedUp) {

    /** The path of another agent, such as the reference. */
    private static final String OTHER = "REFERENCE_AGENT";

    private static final Path PLAIN = Path.of("target", "plain-agent");

    private static final Path IMAGE =
            Path.of("target", "image", "root", "opt", "pod-identity-agent").toAbsolutePath();

    /** Ours, as a native executable if one is named, and the other one; says what they are. */
    static List<Contender> all() {
        List<Contender> all = new ArrayList<>(List.of(asInTheImage()));
        if (!PackagedAgent.executable().isEmpty()) {
            all.add(new Contender("ours, native", PackagedAgent.program(), true, false));
        }
        String other = System.getenv(OTHER);
        if (other != null) {
            System.out.println("beside ours: " + other);
            all.add(new Contender("reference", List.of(other), false, false));
        } else if (Shell.has("go")) {
            Shell.succeed(List.of("go", "build", "-o", PLAIN.toString(), "src/bench/go/plain.go"));
            System.out.println(
                    "beside ours: src/bench/go/plain.go, which does less than any real agent; "
                            + OTHER
                            + " names the reference's executable");
            all.add(
                    new Contender(
                            "plain Go", List.of(PLAIN.toAbsolutePath().toString()), false, false));
        } else {
            System.out.println("NOTHING BESIDE OURS: no " + OTHER + ", and no Go for a plain one");
        }
        return all;
    }

    /** The same one, measured as soon as it is ready. */
    Contender cold() {
        return new Contender(name + ", cold", program, ours, false);
    }

    private static Contender asInTheImage() {
        if (!Files.exists(IMAGE)) {
            if (!PackagedAgent.executable().isEmpty()) {
                throw new IllegalStateException(
                        "-Dagent.executable is measured beside the image; make it with -Pimage package");
            }
            System.out.println("ours: the jar; -Pimage package makes the image, with an AOT cache");
            return new Contender("ours", List.of(), true, true);
        }
        System.out.println("ours: as in the image");
        return new Contender(
                "ours",
                List.of(
                        IMAGE.resolve("jre/bin/java").toString(),
                        "@" + IMAGE.resolve("java.args"),
                        "-XX:AOTCache=" + IMAGE.resolve("agent.aot"),
                        "-jar",
                        IMAGE.resolve("app/quarkus-run.jar").toString()),
                true,
                true);
    }

    /**
     * Starts it and waits until it can be measured.
     *
     * @param authorities whom it trusts besides none; null for the system's
     */
    PackagedAgent start(URI endpoint, @Nullable Path authorities) {
        PackagedAgent.Builder builder =
                PackagedAgent.server()
                        .memoryOfImage()
                        .as(program)
                        .environment("MALLOC_ARENA_MAX", "2")
                        .bindHosts("127.0.0.1")
                        .endpoint(endpoint);
        if (authorities != null) {
            builder.environment("AWS_CA_BUNDLE", authorities.toString())
                    .environment("SSL_CERT_FILE", authorities.toString());
        }
        PackagedAgent agent = builder.start().awaitReady();
        if (warmedUp) {
            agent.awaitLine("Warmed up");
        }
        return agent;
    }

    /** Whether its breaker stops calls; the other one has none. */
    boolean breakerOpen(PackagedAgent agent) {
        return ours
                && agent.get(agent.metrics("/metrics"))
                        .body()
                        .contains("eks_auth_breaker_open 1.0");
    }

    /** The processor time that an agent has used so far. */
    static Duration cpu(PackagedAgent agent) {
        return ProcessHandle.of(agent.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Objects::requireNonNull)
                .orElseThrow();
    }
}
