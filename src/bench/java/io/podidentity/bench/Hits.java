package io.podidentity.bench;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Processes;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a hit costs: the packaged agent against a bare Vert.x handler that answers the same bytes,
 * in turn, with the agent's start, first credentials and memory beside it.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class Hits {

    private static final int ROUNDS = 3;
    private static final int CONNECTIONS = 32;
    private static final Duration WARM = Duration.ofSeconds(4);
    private static final Duration COUNTED = Duration.ofSeconds(6);
    private static final List<String> JVM =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private Hits() {}

    public static void main(String[] arguments) throws Exception {
        try (EksAuthPeer peer = EksAuthPeer.start()) {
            measure(peer);
        }
    }

    private static void measure(EksAuthPeer peer) throws Exception {
        long start = System.nanoTime();
        try (PackagedAgent agent =
                PackagedAgent.server()
                        .jvm(JVM.toArray(String[]::new))
                        .endpoint(peer.endpoint())
                        .start()) {
            agent.awaitReady();
            System.out.printf(
                    "start to ready        %d ms%n", (System.nanoTime() - start) / 1_000_000);
            String token = firstCredentials(agent);
            memory("idle", agent.pid());
            compare(agent, token);
            memory("after the load", agent.pid());
            System.out.println(
                    "the reference agent on this kind of machine: ready in 24 ms, 17 (4.8) MB idle,"
                            + " 20 MB after load, 1,000 hits/s and 429 for the rest");
        }
    }

    private static String firstCredentials(PackagedAgent agent) {
        String token = "";
        for (int pod = 1; pod <= 3; pod++) {
            token =
                    TestTokens.at(Instant.now())
                            .pod("shop", "orders", "orders-" + pod, "uid-" + pod)
                            .sign();
            long asked = System.nanoTime();
            int status = agent.ask(token).statusCode();
            System.out.printf(
                    "credential no. %d      %.1f ms (status %d)%n",
                    pod, (System.nanoTime() - asked) / 1e6, status);
        }
        return token;
    }

    private static void compare(PackagedAgent agent, String token) throws Exception {
        Path body = Files.createTempFile("answer", ".json");
        Files.writeString(body, agent.ask(token).body());
        int port = FreePorts.next();
        Process bare = bare(port, body);
        try {
            awaitOpen(port, bare);
            HttpLoad ours = load(agent.port(), token);
            HttpLoad theirs = load(port, token);
            ours.run(WARM);
            theirs.run(WARM);
            List<Double> ratios = new ArrayList<>();
            for (int round = 1; round <= ROUNDS; round++) {
                HttpLoad.Result a = ours.run(COUNTED);
                HttpLoad.Result b = theirs.run(COUNTED);
                print("agent", a);
                print("bare Vert.x", b);
                ratios.add(a.perSecond() / b.perSecond());
            }
            ratios.sort(null);
            System.out.printf(
                    "hits, agent / bare    %.2f (median of %d rounds)%n",
                    ratios.get(ROUNDS / 2), ROUNDS);
        } finally {
            bare.destroy();
            Files.delete(body);
        }
    }

    private static HttpLoad load(int port, String token) {
        return new HttpLoad(
                port,
                "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                        + token
                        + "\r\n\r\n",
                CONNECTIONS);
    }

    private static Process bare(int port, Path body) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> line =
                Stream.of(
                                Stream.of(java.toString()),
                                JVM.stream(),
                                Stream.of(
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        BareVertx.class.getName(),
                                        String.valueOf(port),
                                        body.toString()))
                        .flatMap(part -> part)
                        .toList();
        return Processes.start(new ProcessBuilder(line).inheritIO());
    }

    private static void awaitOpen(int port, Process process) throws IOException {
        while (process.isAlive()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("the bare server did not start");
    }

    private static void print(String name, HttpLoad.Result result) {
        System.out.printf(
                "%-20s %8.0f requests/s   p50 %.2f ms   p99 %.2f ms%n",
                name, result.perSecond(), result.millis(0.5), result.millis(0.99));
    }

    private static void memory(String when, long pid) throws IOException {
        Memory memory = Memory.of(pid);
        System.out.printf(
                "memory %-14s RSS %d MB, private dirty %d MB, peak %d MB%n",
                when, memory.resident(), memory.dirty(), memory.peak());
    }
}
