package io.podidentity.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** EKS Auth on the loopback of a node's namespace, which a test outside cannot be. */
public final class EksAuthOnNode implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(1);

    private final Process process;
    private final String endpoint;
    private final String token;
    private final String strangersToken;

    private EksAuthOnNode(Process process) {
        this.process = process;
        Lines out = new Lines(process.getInputStream());
        endpoint = line(out);
        token = line(out);
        strangersToken = line(out);
    }

    private static String line(Lines out) {
        return out.next(START).orElseThrow(() -> new IllegalStateException("did not start"));
    }

    public static EksAuthOnNode start(Namespace node) throws IOException {
        return start(line -> node.command(line.toArray(String[]::new)));
    }

    /**
     * Starts one on another kind of node.
     *
     * @param onNode the command line that runs a command line there
     * @param jwks a file with the keys of the node's cluster, if it has such
     */
    public static EksAuthOnNode start(UnaryOperator<List<String>> onNode, Path... jwks)
            throws IOException {
        List<String> java =
                new ArrayList<>(
                        List.of(
                                Shell.jdk("java"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                EksAuthOnNode.class.getName()));
        Stream.of(jwks).map(Path::toString).forEach(java::add);
        return new EksAuthOnNode(
                Processes.start(
                        new ProcessBuilder(onNode.apply(java))
                                .redirectError(ProcessBuilder.Redirect.DISCARD)));
    }

    public String endpoint() {
        return endpoint;
    }

    /** Of a pod that has an association. */
    public String token() {
        return token;
    }

    /** Of a pod that has none. */
    public String strangersToken() {
        return strangersToken;
    }

    @Override
    public void close() {
        Processes.kill(process);
    }

    /** Serves until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        Instant past = Instant.now().minusSeconds(60);
        try (EksAuthPeer peer =
                arguments.length == 0
                        ? EksAuthPeer.start()
                        : EksAuthPeer.start(Files.readString(Path.of(arguments[0])))) {
            System.out.println(peer.endpoint());
            System.out.println(TestTokens.at(past).sign());
            System.out.println(TestTokens.at(past).pod("else", "where", "pod", "uid-2").sign());
            System.out.flush();
            while (System.in.read() >= 0) {}
        }
    }
}
