package io.podidentity.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are kept and shared. A call that finds none free waits, and takes whichever
 * comes first: one that another call has done with, or a new one, whoever it was begun for.
 */
final class Pool {

    /** Fewer than calls at once: each costs some 50 KB, and a handshake. */
    private static final int MOST_OPEN = 256;

    /** Handshakes at once: more of them would only be slower each. */
    private static final int MOST_BEGUN = 32;

    private static final int MOST_KEPT = 32;
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(50);

    private final Connector connector;
    private final Duration patience;
    private final Map<Destination, Line> lines = new HashMap<>();
    private boolean sweeping;
    private boolean closed;

    /**
     * @param patience how long a call waits for a connection
     */
    Pool(Connector connector, Duration patience) {
        this.connector = connector;
        this.patience = patience;
    }

    /** A connection, to be given back. */
    Connection take(Destination to) throws IOException {
        Connection idle = idle(to);
        while (idle != null) {
            if (!idle.stale()) {
                return idle;
            }
            discard(to, idle);
            idle = idle(to);
        }
        CompletableFuture<Connection> wait = new CompletableFuture<>();
        synchronized (this) {
            Line line = line(to);
            line.waiting.add(wait);
            beginWhereUseful(to, line);
        }
        return awaited(to, wait);
    }

    private synchronized @Nullable Connection idle(Destination to) {
        return line(to).idle.pollLast();
    }

    /** Takes a connection back, whatever state it is in. */
    void giveBack(Destination to, Connection connection) {
        if (connection.reusable()) {
            offer(to, connection);
        } else {
            discard(to, connection);
        }
    }

    synchronized void close() {
        closed = true;
        lines.values().forEach(line -> line.idle.forEach(Connection::close));
        lines.clear();
    }

    private Connection awaited(Destination to, CompletableFuture<Connection> wait)
            throws IOException {
        try {
            return wait.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            giveUp(to, wait);
            throw new SocketTimeoutException("no connection to " + to.authority() + " in time");
        } catch (InterruptedException e) {
            giveUp(to, wait);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            // Thrown in another thread, and to several calls.
            throw new IOException(e.getCause());
        }
    }

    private void giveUp(Destination to, CompletableFuture<Connection> wait) {
        wait.cancel(false);
        synchronized (this) {
            line(to).waiting.removeIf(CompletableFuture::isDone);
        }
        if (wait.state() == Future.State.SUCCESS) {
            giveBack(to, wait.resultNow());
        }
    }

    private void beginWhereUseful(Destination to, Line line) {
        if (line.begun < Math.min(line.waiting.size(), MOST_BEGUN)
                && line.open + line.begun < MOST_OPEN) {
            line.begun++;
            List<CompletableFuture<Connection>> before = List.copyOf(line.waiting);
            Thread.ofVirtual().name("connection").start(() -> begin(to, before));
        }
    }

    private void begin(Destination to, List<CompletableFuture<Connection>> before) {
        @Nullable Connection made = null;
        Throwable problem = new IOException("no connection was made");
        try {
            made = connector.connect(to);
        } catch (IOException | RuntimeException e) {
            problem = e;
        } finally {
            ended(to, made, before, problem);
        }
    }

    /** Others may still wait: for those who came before a failed one, that was all. */
    private void ended(
            Destination to,
            @Nullable Connection made,
            List<CompletableFuture<Connection>> before,
            Throwable problem) {
        synchronized (this) {
            Line line = line(to);
            line.begun--;
            if (made != null) {
                line.open++;
            } else if (line.open == 0) {
                // While others are open those who wait get one of them.
                before.forEach(wait -> wait.completeExceptionally(problem));
                line.waiting.removeIf(CompletableFuture::isDone);
            }
        }
        if (made != null) {
            offer(to, made);
        }
        synchronized (this) {
            beginWhereUseful(to, line(to));
        }
    }

    private void offer(Destination to, Connection connection) {
        synchronized (this) {
            Line line = line(to);
            CompletableFuture<Connection> next = line.waiting.poll();
            while (next != null) {
                if (next.complete(connection)) {
                    return;
                }
                next = line.waiting.poll();
            }
            if (!closed && line.idle.size() < MOST_KEPT) {
                line.idle.add(connection);
                sweepLater();
                return;
            }
        }
        discard(to, connection);
    }

    private void discard(Destination to, Connection connection) {
        connection.close();
        synchronized (this) {
            Line line = line(to);
            line.open--;
            beginWhereUseful(to, line);
        }
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            Thread.ofVirtual().name("idle-connections").start(this::sweep);
        }
    }

    /** Closes what is not used any more, until there is nothing left. */
    private void sweep() {
        try {
            boolean some = true;
            while (some) {
                Thread.sleep(IDLE_TIMEOUT.dividedBy(2));
                some = closeIdle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean closeIdle() {
        long now = System.nanoTime();
        sweeping = false;
        for (Line line : lines.values()) {
            while (!line.idle.isEmpty()
                    && now - line.idle.getFirst().since() > IDLE_TIMEOUT.dividedBy(2).toNanos()) {
                line.idle.removeFirst().close();
                line.open--;
            }
            sweeping |= !line.idle.isEmpty();
        }
        return sweeping;
    }

    private Line line(Destination to) {
        return lines.computeIfAbsent(to, key -> new Line());
    }

    /** What there is of one destination. */
    private static final class Line {

        /** The one used last comes last. */
        private final Deque<Connection> idle = new ArrayDeque<>();

        private final Deque<CompletableFuture<Connection>> waiting = new ArrayDeque<>();

        /** Those that calls have, and the idle ones. */
        private int open;

        private int begun;
    }
}
