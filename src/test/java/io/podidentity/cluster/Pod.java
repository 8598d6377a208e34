package io.podidentity.cluster;

import static java.util.stream.Collectors.joining;

import io.podidentity.harness.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The pod of {@code src/test/cluster/pod.yaml}, whose Python and Java are those of the tests. */
final class Pod {

    private static final String PYTHON = System.getenv().getOrDefault("PIA_PYTHON", "python3");

    private static final String CLASSES = System.getProperty("java.class.path");

    private final ClusterNode node;
    private final String namespace;
    private final String python;

    private Pod(ClusterNode node, String namespace, String python) {
        this.node = node;
        this.namespace = namespace;
        this.python = python;
    }

    static Pod start(ClusterNode node) throws IOException {
        return start(node, "shop", manifest());
    }

    /** The same in another namespace, without anything of what a webhook gives it. */
    static Pod startBare(ClusterNode node, String namespace) throws IOException {
        return start(
                node,
                namespace,
                manifest()
                        .replaceFirst("(?m)^ *env:\\R( *- \\{name: AWS.*\\R)+", "")
                        .replaceFirst("(?m)^ *- \\{name: token, .*\\R", "")
                        .replaceFirst(
                                "(?m)^ *- name: token\\R *projected:\\R *sources:\\R *- service.*\\R",
                                "")
                        .replaceFirst("(?s)^.*?---", "---")
                        .replace("namespace: shop", "namespace: " + namespace));
    }

    private static String manifest() throws IOException {
        return Files.readString(ClusterNode.scripts().resolve("pod.yaml"));
    }

    private static Pod start(ClusterNode node, String namespace, String manifest)
            throws IOException {
        List<String> where =
                Shell.succeed(
                                List.of(
                                        PYTHON,
                                        "-c",
                                        "import sys; print(sys.executable, sys.prefix,"
                                                + " sys.base_prefix, sep='\\n')"))
                        .lines()
                        .toList();
        Set<String> folders = new TreeSet<>(where.subList(1, where.size()));
        folders.add(ClusterNode.scripts().toString());
        folders.add(System.getProperty("java.home"));
        folders.addAll(classes());
        folders.removeIf(each -> each.startsWith("/usr/")); // That one is there whole.
        folders.add("/usr");
        node.apply(
                manifest.replace("- MOUNTS", items(folders, "mountPath: %2$s", 8))
                        .replace("- VOLUMES", items(folders, "hostPath: {path: %2$s}", 4)));
        node.kubectl(
                "wait --for=condition=Ready --timeout=120s pod/orders --namespace " + namespace);
        return new Pod(node, namespace, where.getFirst());
    }

    /** Starts another of the same service account, which does nothing, and reads its token. */
    static String tokenOfAnother(ClusterNode node, String name) throws IOException {
        return tokenOfAnother(node, "shop", name);
    }

    static String tokenOfAnother(ClusterNode node, String namespace, String name)
            throws IOException {
        node.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  serviceAccountName: orders
                  terminationGracePeriodSeconds: 0
                  containers: [{name: idle, image: "localhost/busybox:1"}]
                """
                        .formatted(name, namespace));
        node.kubectl(
                "wait --for=condition=Ready --timeout=120s pod/%s --namespace %s"
                        .formatted(name, namespace));
        return node.kubectl(
                "create token orders --audience pods.eks.amazonaws.com --bound-object-kind Pod"
                        + " --bound-object-name %s --namespace %s".formatted(name, namespace));
    }

    /** The folders that hold this JVM's class path: this project's, and the repository. */
    private static List<String> classes() {
        Path target = Path.of("target").toAbsolutePath();
        Path repository =
                Stream.of(CLASSES.split(File.pathSeparator, -1))
                        .map(Path::of)
                        .filter(each -> each.isAbsolute() && !each.startsWith(target))
                        .reduce(Pod::commonFolder)
                        .orElseThrow();
        return List.of(target.toString(), repository.toString());
    }

    private static Path commonFolder(Path a, Path b) {
        return b.startsWith(a) ? a : commonFolder(a.getParent(), b);
    }

    /** A list in YAML, indented so far. */
    private static String items(Set<String> folders, String what, int indent) {
        return folders.stream()
                .map(each -> ("- {name: f%1$x, " + what + "}").formatted(each.hashCode(), each))
                .collect(joining("\n" + " ".repeat(indent)));
    }

    /** What the agent tells it. */
    String credentials() {
        return credentials("169.254.170.23");
    }

    String credentials(String host) {
        return sh("wget -q -O - --header \"Authorization: $(cat"
                        + " $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)\" http://"
                        + host
                        + "/v1/credentials")
                .output();
    }

    String token() {
        return sh("cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").output();
    }

    /** What a shell in it says. */
    Shell.Result sh(String script) {
        return node.run(exec("sh", "-c", script));
    }

    /** What a Python program in it says. */
    Shell.Result python(String program) {
        return node.run(exec(python, "-c", program));
    }

    /** What a Java program in it says to one line of input. */
    Shell.Result java(String program) {
        return sh(
                "echo go | %s -XX:TieredStopAtLevel=1 -cp %s %s"
                        .formatted(Shell.jdk("java"), CLASSES, program));
    }

    /** The command line on the node that asks an address again and again, see load.py. */
    List<String> load(String host, int rate, int seconds) {
        return exec(
                python,
                ClusterNode.scripts().resolve("load.py").toString(),
                "http://" + host + "/v1/credentials",
                String.valueOf(rate),
                String.valueOf(seconds));
    }

    private List<String> exec(String... command) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "kubectl",
                                "exec",
                                "--stdin",
                                "--namespace",
                                namespace,
                                "orders",
                                "--"));
        line.addAll(List.of(command));
        return line;
    }
}
