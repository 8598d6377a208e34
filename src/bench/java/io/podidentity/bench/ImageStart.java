package io.podidentity.bench;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Start to ready and memory of the image's container under the manifest's memory limit, against the
 * plain jar, on this machine's processors and as on 64. Needs root, podman, runc and the image.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class ImageStart {

    private static final int ROUNDS = 3;
    private static final int PODS = 500;
    private static final String SIXTY_FOUR = "-XX:ActiveProcessorCount=64";
    private static final String NAME = "pia-bench-" + ProcessHandle.current().pid();
    private static final String LIMIT = "256m";

    /** Signed once: that takes longer than all the rest. */
    private static final List<String> TOKENS =
            IntStream.range(0, PODS)
                    .mapToObj(pod -> "web-" + pod)
                    .map(name -> TestTokens.at(Instant.now()).pod("shop", "web", name, name).sign())
                    .toList();

    private ImageStart() {}

    /** Prints a line for each variant: the least of the times, the most of the memory. */
    public static void main(String[] arguments) throws Exception {
        String image = load();
        Map<String, Variant> variants = new LinkedHashMap<>();
        variants.put("jar, JVM's defaults", jar());
        variants.put("jar, JVM's defaults, 64 CPUs", jar(SIXTY_FOUR));
        variants.put("container", container(image, ""));
        variants.put("container, 64 CPUs", container(image, SIXTY_FOUR));
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        try (EksAuthPeer peer = EksAuthPeer.start()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (var variant : variants.entrySet()) {
                    runs.computeIfAbsent(variant.getKey(), _ -> new ArrayList<>())
                            .add(run(variant.getValue(), peer));
                }
            }
        }
        System.out.printf(
                "%-30s %9s %22s %26s%n",
                "", "ready", "idle MB (own)", "after " + PODS + " pods MB (own)");
        runs.forEach(ImageStart::print);
    }

    private static void print(String name, List<Run> runs) {
        Run most =
                runs.stream()
                        .max((a, b) -> Long.compare(a.idle.dirty(), b.idle.dirty()))
                        .orElseThrow();
        System.out.printf(
                "%-30s %6d ms %14d (%d) %18d (%d)%n",
                name,
                runs.stream().mapToLong(Run::ready).min().orElseThrow(),
                most.idle.resident(),
                most.idle.dirty(),
                most.loaded.resident(),
                most.loaded.dirty());
    }

    private static Run run(Variant variant, EksAuthPeer peer) throws Exception {
        long start = System.nanoTime();
        try (PackagedAgent agent = variant.agent.endpoint(peer.endpoint()).start()) {
            agent.awaitReady();
            long ready = (System.nanoTime() - start) / 1_000_000;
            long pid = variant.container ? containersPid() : agent.pid();
            Memory idle = Memory.of(pid);
            TOKENS.forEach(agent::ask);
            return new Run(ready, idle, Memory.of(pid));
        }
    }

    private static Variant jar(String... jvm) {
        return new Variant(PackagedAgent.server().jvm(jvm), false);
    }

    private static Variant container(String image, String jvm) {
        PackagedAgent.Builder agent =
                PackagedAgent.server()
                        .as(
                                List.of(
                                        "podman",
                                        "run",
                                        "--rm",
                                        "--name",
                                        NAME,
                                        "--env-host",
                                        "--env",
                                        "JAVA_TOOL_OPTIONS=" + jvm,
                                        "--runtime",
                                        "runc",
                                        "--cgroup-manager",
                                        "cgroupfs",
                                        "--network",
                                        "host",
                                        "--ulimit",
                                        "nofile=20000:20000",
                                        "--ulimit",
                                        "nproc=1024:1024",
                                        "--read-only",
                                        "--memory",
                                        LIMIT,
                                        image));
        return new Variant(agent, true);
    }

    private static String load() throws Exception {
        String answer = output("podman", "load", "--quiet", "--input", tar().toString());
        return answer.substring(answer.lastIndexOf(' ') + 1).strip();
    }

    private static Path tar() {
        return Optional.of(Path.of("target/image/pod-identity-agent.tar"))
                .filter(Files::exists)
                .orElseThrow(() -> new IllegalStateException("no image: ./mvnw -Pimage package"));
    }

    private static long containersPid() throws Exception {
        return Long.parseLong(
                output("podman", "inspect", "--format", "{{.State.Pid}}", NAME).strip());
    }

    private static String output(String... command) {
        return Shell.succeed(List.of(command));
    }

    private record Variant(PackagedAgent.Builder agent, boolean container) {}

    private record Run(long ready, Memory idle, Memory loaded) {}
}
