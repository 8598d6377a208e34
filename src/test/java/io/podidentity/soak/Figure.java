package io.podidentity.soak;

import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a running agent holds, in bytes or as a number. */
enum Figure {
    /** What is reachable, counted while nothing else runs. */
    HEAP(512 * 1024) {
        @Override
        long of(PackagedAgent agent) {
            return sum(jcmd(agent, "GC.class_histogram"), "Total +\\d+ +(\\d+)");
        }
    },
    DIRECT_MEMORY(512 * 1024) {
        @Override
        long of(PackagedAgent agent) {
            return metric(agent, "jvm_buffer_memory_used_bytes\\{id=\"direct\",?\\}");
        }
    },
    THREADS(3) {
        @Override
        long of(PackagedAgent agent) throws IOException {
            return count(process(agent).resolve("task"));
        }
    },
    DESCRIPTORS(10) {
        @Override
        long of(PackagedAgent agent) throws IOException {
            return count(process(agent).resolve("fd"));
        }
    },
    ENTRIES(20) {
        @Override
        long of(PackagedAgent agent) {
            return metric(agent, "pod_identity_agent_cache_entries");
        }
    };

    private final long noise;

    Figure(long noise) {
        this.noise = noise;
    }

    abstract long of(PackagedAgent agent) throws IOException;

    /** By how much it may differ between two stretches of time in which nothing grows. */
    long noise() {
        return noise;
    }

    private static String jcmd(PackagedAgent agent, String command) {
        return Shell.succeed(List.of(Shell.jdk("jcmd"), String.valueOf(agent.pid()), command));
    }

    private static long metric(PackagedAgent agent, String series) {
        String metrics = agent.get(agent.metrics("/metrics")).body();
        Matcher found =
                Pattern.compile("^" + series + " (\\S+)$", Pattern.MULTILINE).matcher(metrics);
        if (!found.find()) {
            throw new AssertionError("no " + series + " among\n" + metrics);
        }
        return (long) Double.parseDouble(found.group(1));
    }

    private static long sum(String text, String number) {
        long sum =
                Pattern.compile(number)
                        .matcher(text)
                        .results()
                        .mapToLong(found -> Long.parseLong(found.group(1)))
                        .sum();
        if (sum == 0) {
            throw new AssertionError("no " + number + " in\n" + text);
        }
        return sum;
    }

    private static Path process(PackagedAgent agent) {
        return Path.of("/proc", String.valueOf(agent.pid()));
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
