package io.podidentity.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a process takes of memory, in MB.
 *
 * @param resident all of it, with what it shares
 * @param dirty what is its own
 * @param peak the most that was resident
 */
record Memory(long resident, long dirty, long peak) {

    static Memory of(long pid) throws IOException {
        Map<String, Long> status = kilobytes(Path.of("/proc/" + pid + "/status"));
        Map<String, Long> rollup = kilobytes(Path.of("/proc/" + pid + "/smaps_rollup"));
        return new Memory(
                status.get("VmRSS") / 1024,
                rollup.get("Private_Dirty") / 1024,
                status.get("VmHWM") / 1024);
    }

    private static Map<String, Long> kilobytes(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.matches("\\w+:\\s+\\d+ kB"))
                    .map(line -> line.split(":?\\s+"))
                    .collect(
                            Collectors.toMap(
                                    parts -> parts[0],
                                    parts -> Long.parseLong(parts[1]),
                                    Long::sum));
        }
    }
}
