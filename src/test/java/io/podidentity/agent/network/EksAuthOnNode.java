package io.podidentity.agent.network;

import io.podidentity.agent.harness.EksAuthPeer;
import io.podidentity.agent.token.TestTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** EKS Auth on the loopback of a node's namespace, which a test outside cannot be. */
public final class EksAuthOnNode implements AutoCloseable {

    private final Process process;
    private final String endpoint;
    private final String token;
    private final String strangersToken;

    private EksAuthOnNode(Process process) throws IOException {
        this.process = process;
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        endpoint = out.readLine();
        token = out.readLine();
        strangersToken = out.readLine();
    }

    public static EksAuthOnNode start(Namespace node) throws IOException {
        return new EksAuthOnNode(
                new ProcessBuilder(
                                node.command(
                                        Namespace.java(),
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        EksAuthOnNode.class.getName()))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    public String endpoint() {
        return endpoint;
    }

    /** Of a pod that has an association. */
    public String token() {
        return token;
    }

    /** Of a pod that has none. */
    String strangersToken() {
        return strangersToken;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Serves until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        Instant past = Instant.now().minusSeconds(60);
        try (EksAuthPeer peer = EksAuthPeer.start()) {
            System.out.println(peer.endpoint());
            System.out.println(TestTokens.at(past).sign());
            System.out.println(TestTokens.at(past).pod("else", "where", "pod", "uid-2").sign());
            System.out.flush();
            while (System.in.read() >= 0) {}
        }
    }
}
