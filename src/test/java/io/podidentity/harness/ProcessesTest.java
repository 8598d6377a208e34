package io.podidentity.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessesTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Processes::kill);
    }

    @Test
    void processThatSaysNothingHoldsNoCarrier() throws Exception {
        Process jvm =
                start(
                        Shell.jdk("java"),
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneCarrier.class.getName());

        assertThat(new Lines(jvm.getInputStream()).next(TIMEOUT)).hasValue("a virtual thread ran");
    }

    @Test
    void processEndsWithTheJvmThatStartedItEvenWhenThatIsKilled() throws Exception {
        assumeTrue(Shell.has("setpriv"), "needs setpriv (util-linux)");
        Process jvm =
                start(
                        Shell.jdk("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName());
        String child = new Lines(jvm.getInputStream()).next(TIMEOUT).orElseThrow();
        assertThat(runs(child)).isTrue();

        jvm.destroyForcibly();

        await().atMost(TIMEOUT).until(() -> !runs(child));
    }

    @Test
    void whatIsLeftOfAClassIsToldAndEnded() throws Exception {
        Process left = start("sleep", "600");

        assertThat(Processes.endAll()).singleElement().asString().contains("sleep");

        assertThat(left.isAlive()).isFalse();
        assertThat(Processes.endAll()).isEmpty();
    }

    @Test
    void killingTakesTheChildrenAlong() throws Exception {
        Process parent = start("sh", "-c", "sleep 600 & echo $!; wait");
        String child = new Lines(parent.getInputStream()).next(TIMEOUT).orElseThrow();

        Processes.kill(parent);

        await().atMost(TIMEOUT).until(() -> !runs(child));
    }

    private Process start(String... command) throws IOException {
        Process process = Processes.start(new ProcessBuilder(command));
        started.add(process);
        return process;
    }

    private static boolean runs(String pid) {
        Path status = Path.of("/proc", pid, "status");
        try {
            // Ended, it may wait there for somebody to notice.
            return !Files.readString(status).contains("State:\tZ");
        } catch (IOException e) {
            return false;
        }
    }

    /** The JVM that is killed. */
    static final class Parent {

        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            Process child = Processes.start(new ProcessBuilder("sleep", "600"));
            System.out.println(child.pid());
            child.waitFor();
        }
    }

    /** A JVM whose virtual threads take turns. */
    static final class OneCarrier {

        private OneCarrier() {}

        public static void main(String[] arguments) throws Exception {
            Process silent = Processes.start(new ProcessBuilder("sleep", "600"));
            new Lines(silent.getInputStream());
            Thread.ofVirtual().start(() -> System.out.println("a virtual thread ran")).join();
        }
    }
}
