package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.podidentity.harness.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer on the codec for a few seconds, from the captured datagrams on; {@code -Dfuzz.seconds=600}
 * for longer. It runs in a JVM of its own: jazzer-junit is made for an older JUnit, fuzzes only one
 * test a JVM, and its instrumentation would slow all others.
 */
class NetlinkFuzzTest {

    @TempDir Path directory;

    @Test
    void anyBytesAreReadOrRefused() throws IOException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        seed(corpus);

        Shell.Result result =
                Shell.run(
                        List.of(
                                Shell.jdk("java"),
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath(),
                                Jazzer.class.getName(),
                                "--target_class=" + NetlinkFuzzTarget.class.getName(),
                                "--instrumentation_includes=io.podidentity.agent.node.**",
                                // The hooks look for injections into other things.
                                "--custom_hook_includes=none.**",
                                "--reproducer_path=" + directory,
                                "-artifact_prefix=" + directory + "/",
                                "-max_total_time=" + Integer.getInteger("fuzz.seconds", 5),
                                "-max_len=512",
                                // The forked JVM with all of Jazzer is near the default as it
                                // starts.
                                "-rss_limit_mb=4096",
                                corpus.toString()));

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("INITED cov: ").containsPattern("Done [0-9]{4,} runs");
    }

    /** No more than is needed: Jazzer looks through all of it before it starts. */
    private static String classPath() {
        return Stream.of(
                        Jazzer.class,
                        FuzzedDataProvider.class,
                        NetlinkFuzzTarget.class,
                        Message.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void seed(Path corpus) throws IOException {
        for (String command : Captured.COMMANDS) {
            Captured captured = Captured.of(command);
            int number = 0;
            for (byte[] datagram : captured.received()) {
                Files.write(corpus.resolve(command + number++), datagram);
            }
        }
    }
}
