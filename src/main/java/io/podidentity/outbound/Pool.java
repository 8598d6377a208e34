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
 * Keeps and shares connections. A call that finds none free waits, and takes whichever comes first:
 * one that another call released, or a new one, whichever call requested it.
 */
final class Pool {

    /** Attempts at once, most of which wait: for a server, or for their turn of a handshake. */
    private static final int MAX_CONNECTING = 32;

    /** After an attempt that failed: without it they would follow each other at once. */
    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(50);

    private final Connector connector;
    private final Duration timeout;
    private final Map<Destination, PerDestination> destinations = new HashMap<>();
    private boolean sweeping;
    private boolean closed;

    /**
     * @param timeout how long a call waits for a connection
     */
    Pool(Connector connector, Duration timeout) {
        this.connector = connector;
        this.timeout = timeout;
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
            if (closed) {
                throw closedProblem();
            }
            PerDestination own = of(to);
            own.waiting.add(wait);
            connectIfUseful(to, own);
        }
        return awaited(to, wait);
    }

    private synchronized @Nullable Connection idle(Destination to) {
        return of(to).idle.pollLast();
    }

    /** Takes a connection back, whatever state it is in. */
    void giveBack(Destination to, Connection connection) {
        if (connection.reusable()) {
            offer(to, connection);
        } else {
            discard(to, connection);
        }
    }

    /**
     * Closes the idle connections that have served nobody since. Who gets no answer may have asked
     * a server that is gone without a word, such as one of a Service, and they may lead there too.
     */
    synchronized void distrust(Destination to, long sinceNanos) {
        PerDestination own = of(to);
        while (!own.idle.isEmpty() && own.idle.getFirst().lastUsedNanos() - sinceNanos < 0) {
            closeFirst(own);
        }
    }

    /** Connections in use, or being made, are closed when they are given back. */
    synchronized void close() {
        closed = true;
        for (PerDestination own : destinations.values()) {
            while (!own.idle.isEmpty()) {
                closeFirst(own);
            }
            own.waiting.forEach(wait -> wait.completeExceptionally(closedProblem()));
            own.waiting.clear();
        }
    }

    private static IOException closedProblem() {
        return new IOException("the client is closed");
    }

    private Connection awaited(Destination to, CompletableFuture<Connection> wait)
            throws IOException {
        try {
            return wait.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            giveUp(to, wait);
            throw new SocketTimeoutException("no connection to " + to.authority() + " in time");
        } catch (InterruptedException e) {
            giveUp(to, wait);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            // Wrapped, because it was thrown in another thread and to several calls.
            throw new IOException(e.getCause());
        }
    }

    private void giveUp(Destination to, CompletableFuture<Connection> wait) {
        wait.cancel(false);
        synchronized (this) {
            of(to).waiting.removeIf(CompletableFuture::isDone);
        }
        if (wait.state() == Future.State.SUCCESS) {
            giveBack(to, wait.resultNow());
        }
    }

    private void connectIfUseful(Destination to, PerDestination own) {
        if (own.connecting < Math.min(own.waiting.size(), MAX_CONNECTING)
                && own.open + own.connecting < HttpClient.MAX_CONNECTIONS) {
            own.connecting++;
            List<CompletableFuture<Connection>> before = List.copyOf(own.waiting);
            // Authorities are files, some read anew for each connection.
            Thread.ofPlatform().daemon().name("connection").start(() -> connect(to, before));
        }
    }

    private void connect(Destination to, List<CompletableFuture<Connection>> before) {
        @Nullable Connection made = null;
        Throwable problem = new IOException("no connection was made");
        try {
            made = connector.connect(to);
        } catch (IOException | RuntimeException e) {
            problem = e;
            pauseIfOthersAreOpen(to);
        } finally {
            ended(to, made, before, problem);
        }
    }

    /** Else the waiting calls fail, and nobody tries again. */
    private void pauseIfOthersAreOpen(Destination to) {
        synchronized (this) {
            if (of(to).open == 0) {
                return;
            }
        }
        try {
            Thread.sleep(RETRY_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails the calls that waited before a failed attempt. */
    private void ended(
            Destination to,
            @Nullable Connection made,
            List<CompletableFuture<Connection>> before,
            Throwable problem) {
        synchronized (this) {
            PerDestination own = of(to);
            own.connecting--;
            if (made != null) {
                own.open++;
            } else if (own.open == 0) {
                // While others are open, waiting calls get one of those.
                before.forEach(wait -> wait.completeExceptionally(problem));
                own.waiting.removeIf(CompletableFuture::isDone);
            }
        }
        if (made != null) {
            offer(to, made);
        }
        synchronized (this) {
            connectIfUseful(to, of(to));
        }
    }

    private void offer(Destination to, Connection connection) {
        synchronized (this) {
            PerDestination own = of(to);
            CompletableFuture<Connection> next = own.waiting.poll();
            while (next != null) {
                if (next.complete(connection)) {
                    return;
                }
                next = own.waiting.poll();
            }
            if (!closed) {
                own.idle.add(connection);
                sweepLater();
                return;
            }
        }
        discard(to, connection);
    }

    private void discard(Destination to, Connection connection) {
        connection.close();
        synchronized (this) {
            PerDestination own = of(to);
            own.open--;
            connectIfUseful(to, own);
        }
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            Thread.ofVirtual().name("idle-connections").start(this::sweep);
        }
    }

    /** Closes idle connections until none are left. */
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
        for (PerDestination own : destinations.values()) {
            while (!own.idle.isEmpty()
                    && now - own.idle.getFirst().lastUsedNanos()
                            > IDLE_TIMEOUT.dividedBy(2).toNanos()) {
                closeFirst(own);
            }
            sweeping |= !own.idle.isEmpty();
        }
        return sweeping;
    }

    private static void closeFirst(PerDestination own) {
        own.idle.removeFirst().close();
        own.open--;
    }

    private PerDestination of(Destination to) {
        return destinations.computeIfAbsent(to, key -> new PerDestination());
    }

    /** The connections and waiting calls of one destination. */
    private static final class PerDestination {

        /** Most recently used last. */
        private final Deque<Connection> idle = new ArrayDeque<>();

        private final Deque<CompletableFuture<Connection>> waiting = new ArrayDeque<>();

        /** In use or idle. */
        private int open;

        private int connecting;
    }
}
