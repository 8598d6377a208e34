package io.podidentity.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first address of a host that answers, as in <a
 * href="https://www.rfc-editor.org/rfc/rfc8305">RFC 8305</a>: families alternate, and the next
 * address is tried after a delay or when one fails. The winner is tried first next time.
 *
 * <p>After the last address those that are silent are tried anew: a server whose queue of
 * connections is full drops the first packet, and the kernel would send it again after a second.
 */
final class Dialer {

    /** Shorter than the RFC's 250 ms, so that three addresses have a chance within the timeout. */
    private static final Duration HEAD_START = Duration.ofMillis(150);

    /** Of each address: all of them may be open at once. */
    private static final int ATTEMPTS = 3;

    private final DnsCache dns;
    private final Duration timeout;
    private final Map<String, InetAddress> answered = new ConcurrentHashMap<>();

    /**
     * @param timeout for the look-up and all addresses together
     */
    Dialer(DnsCache dns, Duration timeout) {
        this.dns = dns;
        this.timeout = timeout;
    }

    Socket connect(String host, int port) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        List<InetAddress> addresses = dns.addresses(host, timeout);
        try (Race race = new Race(port, end)) {
            Socket winner = race.run(repeated(inOrder(addresses, answered.get(host))));
            if (addresses.size() > 1) {
                answered.put(host, winner.getInetAddress());
            }
            return winner;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Deque<InetAddress> inOrder(
            List<InetAddress> addresses, @Nullable InetAddress first) {
        Deque<InetAddress> one = new ArrayDeque<>();
        Deque<InetAddress> other = new ArrayDeque<>();
        Class<?> family = addresses.getFirst().getClass();
        addresses.forEach(each -> (family.isInstance(each) ? one : other).add(each));
        Deque<InetAddress> order = new ArrayDeque<>();
        while (!one.isEmpty() || !other.isEmpty()) {
            if (!one.isEmpty()) {
                order.add(one.remove());
            }
            if (!other.isEmpty()) {
                order.add(other.remove());
            }
        }
        if (first != null && order.remove(first)) {
            order.addFirst(first);
        }
        return order;
    }

    private static Deque<InetAddress> repeated(Deque<InetAddress> order) {
        Deque<InetAddress> all = new ArrayDeque<>();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            all.addAll(order);
        }
        return all;
    }

    /** The attempts of one connection; closing it closes the sockets of all but the winner. */
    private final class Race implements AutoCloseable {

        private final int port;
        private final long end;
        private final List<Socket> sockets = new ArrayList<>();
        private final BlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();

        Race(int port, long end) {
            this.port = port;
            this.end = end;
        }

        Socket run(Deque<InetAddress> waiting) throws IOException, InterruptedException {
            int running = 0;
            IOException problem = null;
            while (running > 0 || !waiting.isEmpty()) {
                if (!waiting.isEmpty()) {
                    start(waiting.remove());
                    running++;
                }
                long wait = waiting.isEmpty() ? left() : Math.min(left(), HEAD_START.toNanos());
                Attempt attempt = ended.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
                if (attempt == null) {
                    if (left() <= 0) {
                        throw new SocketTimeoutException("no address accepts a connection in time");
                    }
                } else if (attempt.problem() == null) {
                    sockets.remove(attempt.socket());
                    return attempt.socket();
                } else {
                    running--;
                    problem = attempt.problem();
                    waiting.removeIf(attempt.address()::equals);
                }
            }
            throw problem == null ? new IOException("there is no address") : problem;
        }

        private void start(InetAddress address) throws IOException {
            Socket socket = SocketChannel.open().socket();
            sockets.add(socket);
            InetSocketAddress to = new InetSocketAddress(address, port);
            Thread.ofVirtual()
                    .name("connect")
                    .start(
                            () -> {
                                IOException problem = null;
                                try {
                                    socket.setTcpNoDelay(true);
                                    socket.connect(to, Math.toIntExact(timeout.toMillis()));
                                } catch (IOException e) {
                                    problem = e;
                                }
                                ended.add(new Attempt(address, socket, problem));
                            });
        }

        private long left() {
            return end - System.nanoTime();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private record Attempt(InetAddress address, Socket socket, @Nullable IOException problem) {}
}
