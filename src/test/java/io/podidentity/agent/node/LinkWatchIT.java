package io.podidentity.agent.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.Namespace;
import io.podidentity.harness.Processes;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watch on a real kernel, while somebody tidies up around it. */
class LinkWatchIT {

    /** Far below the slow look: only a notice of the kernel is as fast. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Namespace node = Namespace.create();
    @TempDir private Path directory;
    private Path output;
    private Process watch;

    @BeforeEach
    void start() throws IOException {
        output = directory.resolve("output");
        List<String> java =
                node.command(
                        Shell.jdk("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LinkWatchProbe.class.getName());
        watch =
                Processes.start(
                        new ProcessBuilder(java)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile()));
        await().atMost(TIMEOUT).until(() -> said("Ready") == 1);
    }

    @AfterEach
    void stop() {
        Processes.kill(watch);
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "link del pod-id-link0, added address 169.254.170.23/32",
        "link set pod-id-link0 down, brought up link",
        "address del 169.254.170.23/32 dev pod-id-link0, added address 169.254.170.23/32",
        "-6 address del fd00:ec2::23/128 dev pod-id-link0, added address fd00:ec2::23/128",
        "route del 169.254.170.23/32 dev pod-id-link0, added route to 169.254.170.23/32",
        "-6 route del fd00:ec2::23/128 dev pod-id-link0, added route to fd00:ec2::23/128"
    })
    void putsBackWhatDisappears(String damage, String repair) {
        long before = said(repair);

        node.ip(damage);

        await().atMost(TIMEOUT).until(() -> said("Ready") == 2);
        assertThat(said(repair)).isEqualTo(before + 1);
        assertThat(node.agent("initialize").output()).contains("nothing had to change");
    }

    @Test
    void servesIpv6AgainWhenItIsSwitchedOnAgain() {
        ipv6Off(1);
        await().atMost(TIMEOUT).until(() -> said("notice: the node has no IPv6") == 1);

        ipv6Off(0);

        await().atMost(TIMEOUT)
                .until(() -> node.ip("-6 address show").contains("fd00:ec2::23/128"));
    }

    @Test
    void leavesPodsComingAndGoingAlone() {
        node.ip("link add veth1 type veth peer name veth2");
        node.ip("link set veth1 up");
        node.ip("address add 10.0.0.1/24 dev veth1");
        node.ip("link del veth1");

        node.ip("link del pod-id-link0");

        await().atMost(TIMEOUT).until(() -> said("Ready") == 2);
        assertThat(said("created")).isEqualTo(2);
    }

    @Test
    void endsAtOnceWhenClosed() throws IOException, InterruptedException {
        watch.getOutputStream().close();

        // Sooner than the thread is given up on, and far sooner than the slow look.
        assertThat(watch.waitFor(4, SECONDS)).isTrue();
        assertThat(said("closed")).isEqualTo(1);
        assertThat(node.ip("address show dev pod-id-link0")).contains("169.254.170.23/32");
    }

    private void ipv6Off(int off) {
        node.run("sysctl", "-qw", "net.ipv6.conf.pod-id-link0.disable_ipv6=" + off);
    }

    private long said(String start) {
        try {
            return Files.readAllLines(output).stream().filter(l -> l.startsWith(start)).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
