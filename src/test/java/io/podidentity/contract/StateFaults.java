package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.PackagedAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** What can befall an agent's state folder, and its clock, while it does not run. */
final class StateFaults {

    private static final Path LIBRARIES = Path.of("/usr/lib");

    private StateFaults() {}

    /** The records in a state folder. */
    static List<Path> records(Path state) throws IOException {
        Path entries = state.resolve("entries");
        if (!Files.isDirectory(entries)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(entries)) {
            return all.filter(each -> each.getFileName().toString().matches("[0-9a-f]{64}"))
                    .toList();
        }
    }

    /** Changes one bit of each record, and nothing else of it. */
    static void corrupt(Path state) throws IOException {
        Random random = new Random(42);
        for (Path record : records(state)) {
            byte[] noise = Files.readAllBytes(record);
            noise[random.nextInt(noise.length)] ^= 1;
            FileTime expiry = Files.getLastModifiedTime(record);
            Files.write(record, noise);
            Files.setLastModifiedTime(record, expiry);
        }
    }

    /** Takes all that is left of a small file system. */
    static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    /** Has the next agent believe that it is so much later; its monotonic clock stays. */
    static void clock(PackagedAgent.Builder agent, int seconds) throws IOException {
        try (Stream<Path> all =
                Files.find(
                        LIBRARIES,
                        3,
                        (file, attributes) -> file.endsWith("faketime/libfaketime.so.1"))) {
            Optional<Path> library = all.findFirst();
            assumeTrue(library.isPresent(), "needs libfaketime");
            agent.environment("LD_PRELOAD", library.get().toString())
                    .environment("FAKETIME", "%+d".formatted(seconds))
                    .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
    }
}
