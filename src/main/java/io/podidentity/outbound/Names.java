package io.podidentity.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of names. They are looked up again every few seconds; while that fails or takes
 * long, the last good ones serve. A look-up blocks its thread inside the C library, so it has one
 * of its own: on a virtual thread it would hold a carrier, of which there are two.
 */
final class Names {

    private static final Duration FRESH = Duration.ofSeconds(5);

    /** What a look-up may take where old addresses are at hand. */
    private static final Duration MOMENT = Duration.ofMillis(100);

    private final Lookup lookup;
    private final LongSupplier nanoTime;
    private final Map<String, Name> names = new ConcurrentHashMap<>();

    Names() {
        this(InetAddress::getAllByName, System::nanoTime);
    }

    Names(Lookup lookup, LongSupplier nanoTime) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /**
     * The addresses of a host, at least one.
     *
     * @param patience how long the first look-up is waited for
     * @throws UnknownHostException if there are none, or not in time
     */
    List<InetAddress> addresses(String host, Duration patience) throws UnknownHostException {
        InetAddress literal = Destination.literal(host);
        return literal != null
                ? List.of(literal)
                : names.computeIfAbsent(host, Name::new).addresses(patience);
    }

    /** Asks the system. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private final class Name {

        private final String host;
        private List<InetAddress> known = List.of();
        private long asked;
        private @Nullable CompletableFuture<List<InetAddress>> running;

        Name(String host) {
            this.host = host;
        }

        List<InetAddress> addresses(Duration patience) throws UnknownHostException {
            CompletableFuture<List<InetAddress>> asking;
            List<InetAddress> before;
            Duration wait;
            synchronized (this) {
                Duration since = Duration.ofNanos(nanoTime.getAsLong() - asked);
                before = known;
                if (!before.isEmpty() && running == null && since.compareTo(FRESH) < 0) {
                    return before;
                }
                // One that began a moment ago is hanging: the old addresses serve at once.
                wait = before.isEmpty() ? patience : running == null ? MOMENT : MOMENT.minus(since);
                asking = running == null ? ask() : running;
            }
            try {
                return asking.get(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                return orElse(before, "it cannot be resolved");
            } catch (TimeoutException e) {
                return orElse(before, "it is not resolved in time");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return orElse(before, "interrupted");
            }
        }

        private List<InetAddress> orElse(List<InetAddress> before, String problem)
                throws UnknownHostException {
            if (before.isEmpty()) {
                throw new UnknownHostException(host + ": " + problem);
            }
            return before;
        }

        private CompletableFuture<List<InetAddress>> ask() {
            CompletableFuture<List<InetAddress>> asking = new CompletableFuture<>();
            running = asking;
            asked = nanoTime.getAsLong();
            Thread.ofPlatform().daemon().name("name-lookup").start(() -> look(asking));
            return asking;
        }

        private void look(CompletableFuture<List<InetAddress>> asking) {
            try {
                List<InetAddress> found = List.of(lookup.all(host));
                ended(found);
                asking.complete(found);
            } catch (UnknownHostException | RuntimeException e) {
                ended(List.of());
                asking.completeExceptionally(e);
            }
        }

        private synchronized void ended(List<InetAddress> found) {
            running = null;
            if (!found.isEmpty()) {
                known = found;
            } else {
                // Asked again by the next call.
                asked = nanoTime.getAsLong() - FRESH.toNanos();
            }
        }
    }
}
