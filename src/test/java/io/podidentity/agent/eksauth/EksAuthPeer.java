package io.podidentity.agent.eksauth;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Plays EKS Auth on a socket of loopback, byte by byte, so that it can misbehave as networks do.
 */
public final class EksAuthPeer implements Closeable {

    /**
     * What arrived.
     *
     * @param connection numbered from 1; requests on a kept connection share it
     * @param headers with names in lower case
     */
    public record Request(
            int connection, String method, String path, Map<String, String> headers, String body) {}

    /** What to do about a request; returns whether the connection stays open. */
    @FunctionalInterface
    public interface Script {

        boolean answer(Request request, OutputStream out) throws IOException, InterruptedException;

        /** Then closes the connection without having announced it. */
        default Script thenClose() {
            return (request, out) -> {
                answer(request, out);
                return false;
            };
        }
    }

    private final ServerSocket server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile Supplier<Script> next = () -> WireAnswers.issued();

    public EksAuthPeer() {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("eks-auth-peer").start(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Answers all further requests like this. */
    public void always(Script script) {
        next = () -> script;
    }

    /** Answers further requests in this order, and all after them like the last. */
    public void inTurn(Script... scripts) {
        AtomicInteger turn = new AtomicInteger();
        next = () -> scripts[Math.min(turn.getAndIncrement(), scripts.length - 1)];
    }

    /** Forgets what arrived and answers as EKS Auth does on a good day. */
    public void reset() {
        requests.clear();
        mostAtOnce.set(0);
        always(WireAnswers.issued());
    }

    /** Calls of the API, without the look that the agent takes at its host as it starts. */
    List<Request> calls() {
        return requests.stream().filter(request -> request.method().equals("POST")).toList();
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Requests that were being answered at the same time, at most. */
    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** Does not answer until this peer is closed. */
    public Script hang() {
        return (request, out) -> {
            closed.await();
            return false;
        };
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean open = true;
            while (open) {
                String line = line(in);
                if (line.isEmpty()) {
                    return;
                }
                Request request = read(number, line, in);
                requests.add(request);
                mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                try {
                    open = answer(request, socket.getOutputStream());
                } finally {
                    atOnce.decrementAndGet();
                }
            }
        } catch (IOException | InterruptedException e) {
            // The client left, or the test is over.
        } finally {
            sockets.remove(socket);
        }
    }

    private boolean answer(Request request, OutputStream out)
            throws IOException, InterruptedException {
        Script script = next.get();
        if (!request.method().equals("HEAD")) {
            return script.answer(request, out);
        }
        // Its answer ends with the header.
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        boolean open = script.answer(request, whole);
        String text = whole.toString(StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        out.write((end < 0 ? text : text.substring(0, end + 4)).getBytes(StandardCharsets.UTF_8));
        return open;
    }

    private static Request read(int connection, String line, InputStream in) throws IOException {
        String[] start = line.split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Request(connection, start[0], start[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }
}
