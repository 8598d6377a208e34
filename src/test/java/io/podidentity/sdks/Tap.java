package io.podidentity.sdks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and the agent and counts what the client asks. What the agent answers
 * goes through byte for byte, unless the tap is told to answer otherwise.
 */
final class Tap implements AutoCloseable {

    private static final int BACKLOG = 1024;

    private final ServerSocket door;
    private final Way agent;
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private volatile Way way;
    private final List<String> bodies = new CopyOnWriteArrayList<>();

    /**
     * @param host the loopback address to listen on
     * @param agentPort the agent's, on 127.0.0.1
     */
    Tap(String host, int agentPort) throws IOException {
        door = new ServerSocket();
        door.bind(new InetSocketAddress(host, 0), BACKLOG);
        agent = Way.toAgent(agentPort);
        way = agent;
        Thread.ofVirtual().start(this::listen);
    }

    URI credentials() {
        String host = door.getInetAddress().getHostAddress();
        return URI.create("http://" + host + ":" + door.getLocalPort() + "/v1/credentials");
    }

    /** From now on requests go the way that is made of the one to the agent. */
    void divert(Detour detour) {
        way = detour.of(agent);
        tokens.clear();
    }

    /** From now on the agent answers. */
    void open() {
        divert(straight -> straight);
    }

    /** How often the client has asked since the way was last changed. */
    int asked() {
        return tokens.size();
    }

    /** Whether a request came with this token. */
    boolean saw(String token) {
        return tokens.contains(token);
    }

    /** The bodies of all answers. */
    List<String> bodies() {
        return List.copyOf(bodies);
    }

    private void listen() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // Closed, by the test that has ended.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            for (Optional<Head> head = Head.read(in); head.isPresent(); head = Head.read(in)) {
                tokens.add(head.get().header("Authorization"));
                Way.Message answer = way.answer(head.get());
                bodies.add(answer.text());
                out.write(answer.bytes());
                out.flush();
            }
        } catch (IOException e) {
            // A client that has given up; it is counted all the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    /** A way made of the straight one. */
    @FunctionalInterface
    interface Detour {
        Way of(Way agent);
    }
}
