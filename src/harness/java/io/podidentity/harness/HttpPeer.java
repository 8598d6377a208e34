package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;

/**
 * An HTTP server on a loopback port that answers as it is told, byte by byte where that matters,
 * and remembers what it was asked. Unless told otherwise it answers with 404.
 */
public final class HttpPeer implements AutoCloseable {

    private static final int BACKLOG = 1024;
    private static final Answer NOT_FOUND = Answer.of(404, "");

    private final ServerSocket door;
    private final String scheme;
    private final Duration acceptPause;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Map<String, Answer> routes = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile Supplier<Answer> otherwise = () -> NOT_FOUND;

    public HttpPeer() {
        this(ServerSocketFactory.getDefault(), "http", BACKLOG, Duration.ZERO);
    }

    /** One that is spoken to over TLS. */
    public HttpPeer(TestAuthority authority) throws IOException, GeneralSecurityException {
        this(authority.server().getServerSocketFactory(), "https", BACKLOG, Duration.ZERO);
    }

    private HttpPeer(
            ServerSocketFactory sockets, String scheme, int backlog, Duration acceptPause) {
        this.scheme = scheme;
        this.acceptPause = acceptPause;
        try {
            door = sockets.createServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** One before which connections queue: the kernel drops those for which there is no room. */
    public static HttpPeer slowToAccept(int backlog, Duration acceptPause) {
        return new HttpPeer(ServerSocketFactory.getDefault(), "http", backlog, acceptPause);
    }

    public int port() {
        return door.getLocalPort();
    }

    public URI address() {
        return URI.create(scheme + "://127.0.0.1:" + port());
    }

    /** From now on answers a request so, such as {@code GET /version}. */
    public HttpPeer on(String line, Answer answer) {
        routes.put(line, answer);
        return this;
    }

    /** From now on answers a request with status 200 and a text. */
    public HttpPeer on(String line, String text) {
        return on(line, Answer.of(200, text));
    }

    /** From now on answers a request as all else. */
    public void forget(String line) {
        routes.remove(line);
    }

    /** From now on answers all else in this order, and all after it like the last. */
    public HttpPeer answer(Answer... inTurn) {
        AtomicInteger turn = new AtomicInteger();
        otherwise = () -> inTurn[Math.min(turn.getAndIncrement(), inTurn.length - 1)];
        return this;
    }

    /** What arrived so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** Requests that were being answered at the same time, at most. */
    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** Forgets what arrived and what it was told. */
    public HttpPeer reset() {
        requests.clear();
        mostAtOnce.set(0);
        routes.clear();
        return answer(NOT_FOUND);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            door.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                threads.execute(() -> serve(socket, number));
                Thread.sleep(acceptPause);
            } catch (IOException | InterruptedException | RejectedExecutionException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
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
                    Answer known = routes.get(request.line());
                    Answer answer = known == null ? otherwise.get() : known;
                    open = answer.to(request, socket.getOutputStream());
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

    private static Request read(int connection, String line, InputStream in) throws IOException {
        String[] start = line.split(" ", 3);
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.computeIfAbsent(header.substring(0, colon), first -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        if (headers.containsKey("Transfer-Encoding")) {
            throw new IllegalStateException("cannot read the body of " + line + " " + headers);
        }
        int length =
                Integer.parseInt(headers.getOrDefault("Content-Length", List.of("0")).getFirst());
        String body = new String(in.readNBytes(length), UTF_8);
        return new Request(connection, start[0], start[1], headers, body, Instant.now());
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(UTF_8).strip();
    }

    /**
     * What arrived.
     *
     * @param connection numbered from 1; requests on a kept connection share it
     * @param headers with names in any case
     */
    public record Request(
            int connection,
            String method,
            String target,
            Map<String, List<String>> headers,
            String body,
            Instant at) {

        /** Method and target. */
        public String line() {
            return method + " " + target;
        }

        /** The first value of a header, or nothing. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    /** How a request is answered. */
    @FunctionalInterface
    public interface Answer {

        /** Writes the answer; returns whether the connection stays open. */
        boolean to(Request request, OutputStream out) throws IOException, InterruptedException;

        /** Status, body, and headers as {@code Name: value}. */
        static Answer of(int status, String body, String... headers) {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Text\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            head.append("Content-Length: ").append(body.getBytes(UTF_8).length).append("\r\n\r\n");
            return (request, out) ->
                    raw(request.method().equals("HEAD") ? head.toString() : head + body)
                            .to(request, out);
        }

        /** Any bytes. */
        static Answer raw(String text) {
            return (request, out) -> {
                out.write(text.getBytes(UTF_8));
                out.flush();
                return true;
            };
        }

        /** Closes the connection without a word. */
        static Answer none() {
            return (request, out) -> false;
        }

        /** Never answers; the connection stays open as long as the peer. */
        static Answer silence() {
            return after(new CountDownLatch(1), none());
        }

        /** Takes its time before it answers. */
        static Answer late(Duration latency, Answer answer) {
            return (request, out) -> {
                Thread.sleep(latency);
                return answer.to(request, out);
            };
        }

        /** Waits for a latch before it answers. */
        static Answer after(CountDownLatch latch, Answer answer) {
            return (request, out) -> {
                latch.await();
                return answer.to(request, out);
            };
        }

        /** This one, and then the connection is closed without having been announced to be. */
        default Answer thenClose() {
            return (request, out) -> {
                to(request, out);
                return false;
            };
        }
    }
}
