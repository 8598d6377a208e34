package io.podidentity.cluster;

import static org.awaitility.Awaitility.await;

import io.podidentity.harness.Processes;
import io.podidentity.harness.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A Kubernetes node with its control plane, as {@code src/test/cluster/node.sh} makes it. */
final class ClusterNode implements AutoCloseable {

    /** What is built once for each version of Kubernetes. */
    private static final Duration BUILD = Duration.ofMinutes(35);

    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration COMMAND = Duration.ofMinutes(4);

    private static final Path SCRIPTS = Path.of("src/test/cluster").toAbsolutePath();
    private static final Path WORK = Path.of("target/node").toAbsolutePath();

    private static final Path LOG = Path.of("target/node.log");

    private final Process process;

    private ClusterNode(Process process) {
        this.process = process;
    }

    /** What this machine lacks, if it lacks something. */
    static Optional<String> missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("root");
        }
        return Stream.of(
                        "go",
                        "etcd",
                        "containerd",
                        "runc",
                        "busybox",
                        "ip",
                        "iptables",
                        "openssl",
                        "unshare",
                        "nsenter",
                        "curl",
                        "/usr/lib/cni/ptp")
                .filter(tool -> !Shell.has(tool))
                .findFirst();
    }

    static ClusterNode start() throws IOException {
        succeed(BUILD, List.of("nice", "-n", "19", SCRIPTS.resolve("build.sh").toString()));
        succeed(COMMAND, script("down"));
        ClusterNode node =
                new ClusterNode(
                        Processes.start(
                                new ProcessBuilder(script("run"))
                                        .redirectInput(new File("/dev/null"))
                                        .redirectErrorStream(true)
                                        .redirectOutput(LOG.toFile())));
        try {
            await("the node to come up")
                    .atMost(START)
                    .failFast("it has ended: " + LOG, () -> !node.process.isAlive())
                    .until(() -> Files.exists(WORK.resolve("ready")));
        } catch (RuntimeException e) {
            node.close();
            throw new IllegalStateException(Files.readString(LOG), e);
        }
        return node;
    }

    static Path scripts() {
        return SCRIPTS;
    }

    /** The output of {@code kubectl} with arguments between spaces; it must succeed. */
    String kubectl(String arguments) {
        List<String> line = new ArrayList<>(List.of("kubectl"));
        line.addAll(List.of(arguments.split(" ")));
        return succeed(COMMAND, command(line));
    }

    /** Applies a manifest. */
    void apply(String manifest) throws IOException {
        kubectl("apply --filename " + file(manifest));
    }

    /** Creates what a manifest says, and prints it with these options. */
    String create(String manifest, String options) throws IOException {
        return kubectl("create --filename " + file(manifest) + " " + options);
    }

    private static Path file(String manifest) throws IOException {
        return Files.writeString(Files.createTempFile(WORK, "manifest", ".yaml"), manifest);
    }

    /** Kinds that Prometheus' operator and Cilium add to an API server. */
    Path definitions() {
        return WORK.resolve("bin/crds");
    }

    /** Ends one of its programs and starts it again. */
    void restart(String program) {
        succeed(COMMAND, script("restart", program));
    }

    /** What a command line says that is run on the node; errors among it. */
    Shell.Result run(List<String> line) {
        return Shell.run(new ProcessBuilder(command(line)), COMMAND);
    }

    /** The command line that runs a command line on the node. */
    List<String> command(List<String> line) {
        List<String> whole = script("enter");
        whole.addAll(line);
        return whole;
    }

    /** Gives the node an image, under a name. */
    void load(Path tar, String name) {
        succeed(COMMAND, script("load", tar.toAbsolutePath().toString(), name));
    }

    /** The namespaces that hold it, as the kernel names them. */
    Set<String> namespaces() throws IOException {
        long first = process.children().findFirst().orElseThrow().pid();
        Set<String> namespaces = new TreeSet<>();
        for (String kind : List.of("net", "mnt", "pid")) {
            namespaces.add(
                    Files.readSymbolicLink(Path.of("/proc", "" + first, "ns", kind)).toString());
        }
        return namespaces;
    }

    @Override
    public void close() {
        succeed(COMMAND, script("down"));
        Processes.kill(process);
    }

    /** The command line of {@code node.sh}. */
    private static List<String> script(String... arguments) {
        List<String> line =
                new ArrayList<>(
                        List.of("env", "PIA_NODE=" + WORK, SCRIPTS.resolve("node.sh").toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    private static String succeed(Duration patience, List<String> line) {
        Shell.Result result = Shell.run(new ProcessBuilder(line), patience);
        if (result.exit() != 0) {
            throw new AssertionError(line + " ended with " + result);
        }
        return result.output();
    }
}
