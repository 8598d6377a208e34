package io.podidentity.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the agent's container has used so far, as its control group counts it, and how long it took
 * to begin.
 *
 * @param workingSet what kubelet goes by, in MiB
 * @param peak the same with the page cache, at its highest
 * @param toReady from the container's first process to the end of the warm-up
 */
record ContainerFigures(long workingSet, long peak, Duration cpu, Duration toReady) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MIB = 1 << 20;

    static ContainerFigures of(InstalledAgent agent) throws IOException {
        List<Path> groups =
                groups(
                        agent.ofPods("{.items[0].status.containerStatuses[0].containerID}")
                                .replaceFirst("containerd://", ""));
        long inUse = number(groups, "memory.current", "memory.usage_in_bytes");
        long inactive =
                number(groups, "memory.stat total_inactive_file", "memory.stat inactive_file");
        return new ContainerFigures(
                (inUse - inactive) / MIB,
                number(groups, "memory.peak", "memory.max_usage_in_bytes") / MIB,
                find(groups, "cpuacct.usage")
                        .map(Duration::ofNanos)
                        .orElseGet(
                                () ->
                                        Duration.ofNanos(
                                                number(groups, "cpu.stat usage_usec") * 1_000)),
                Duration.between(started(groups), ready(agent)));
    }

    /** One in the second version of control groups; in the first, one for each controller. */
    private static List<Path> groups(String container) throws IOException {
        try (Stream<Path> found =
                Files.find(Path.of("/sys/fs/cgroup"), 8, (path, _) -> path.endsWith(container))) {
            return found.toList();
        }
    }

    /** The first that is there, by either version's name. */
    private static long number(List<Path> groups, String... places) {
        return Stream.of(places)
                .flatMap(place -> find(groups, place).stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(groups.toString()));
    }

    /** The number in a file, or the one behind a word in it. */
    private static Optional<Long> find(List<Path> groups, String place) {
        String[] fileAndWord = place.split(" ", 2);
        return groups.stream()
                .map(group -> group.resolve(fileAndWord[0]))
                .filter(Files::exists)
                .flatMap(file -> lines(file).stream())
                .filter(line -> fileAndWord.length == 1 || line.startsWith(fileAndWord[1] + " "))
                .map(line -> Long.valueOf(line.replaceFirst(".* ", "")))
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Instant started(List<Path> groups) {
        long first = number(groups, "cgroup.procs");
        return ProcessHandle.of(first).orElseThrow().info().startInstant().orElseThrow();
    }

    private static Instant ready(InstalledAgent agent) throws IOException {
        for (String line : agent.log().lines().toList()) {
            JsonNode entry = JSON.readTree(line);
            if (entry.path("message").asText().startsWith("Ready to serve")) {
                return OffsetDateTime.parse(entry.path("timestamp").asText()).toInstant();
            }
        }
        throw new AssertionError("the agent is not ready");
    }
}
