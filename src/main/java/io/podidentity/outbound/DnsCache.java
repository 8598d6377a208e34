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
 * Caches addresses of names for a few seconds; while resolving fails or takes long, the last ones
 * are used. Resolving blocks in the C library, so it has a thread of its own: on a virtual thread
 * it would hold a carrier.
 */
final class DnsCache {

    private static final Duration TTL = Duration.ofSeconds(5);

    /** How long to wait for a refresh while stale addresses exist. */
    private static final Duration STALE_WAIT = Duration.ofMillis(100);

    private final Resolver resolver;
    private final LongSupplier nanoTime;
    private final Map<String, Name> names = new ConcurrentHashMap<>();

    DnsCache() {
        this(InetAddress::getAllByName, System::nanoTime);
    }

    DnsCache(Resolver resolver, LongSupplier nanoTime) {
        this.resolver = resolver;
        this.nanoTime = nanoTime;
    }

    /**
     * The addresses of a host, at least one.
     *
     * @param timeout how long the first look-up is waited for
     * @throws UnknownHostException if there are none, or not in time
     */
    List<InetAddress> addresses(String host, Duration timeout) throws UnknownHostException {
        InetAddress literal = Destination.literal(host);
        return literal != null
                ? List.of(literal)
                : names.computeIfAbsent(host, Name::new).addresses(timeout);
    }

    /** Resolves a name. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private final class Name {

        private final String host;
        private List<InetAddress> known = List.of();
        private long lookedUpNanos;
        private @Nullable CompletableFuture<List<InetAddress>> running;

        Name(String host) {
            this.host = host;
        }

        List<InetAddress> addresses(Duration timeout) throws UnknownHostException {
            CompletableFuture<List<InetAddress>> pending;
            List<InetAddress> before;
            Duration wait;
            synchronized (this) {
                Duration since = Duration.ofNanos(nanoTime.getAsLong() - lookedUpNanos);
                before = known;
                if (!before.isEmpty() && running == null && since.compareTo(TTL) < 0) {
                    return before;
                }
                // A look-up that began longer ago hangs: the stale addresses are used at once.
                wait =
                        before.isEmpty()
                                ? timeout
                                : running == null ? STALE_WAIT : STALE_WAIT.minus(since);
                pending = running == null ? startLookup() : running;
            }
            try {
                return pending.get(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
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

        private CompletableFuture<List<InetAddress>> startLookup() {
            CompletableFuture<List<InetAddress>> pending = new CompletableFuture<>();
            running = pending;
            lookedUpNanos = nanoTime.getAsLong();
            Thread.ofPlatform().daemon().name("name-lookup").start(() -> resolve(pending));
            return pending;
        }

        private void resolve(CompletableFuture<List<InetAddress>> pending) {
            try {
                List<InetAddress> found = List.of(resolver.all(host));
                ended(found);
                pending.complete(found);
            } catch (UnknownHostException | RuntimeException e) {
                ended(List.of());
                pending.completeExceptionally(e);
            }
        }

        private synchronized void ended(List<InetAddress> found) {
            running = null;
            if (!found.isEmpty()) {
                known = found;
            } else {
                // The next call looks it up again.
                lookedUpNanos = nanoTime.getAsLong() - TTL.toNanos();
            }
        }
    }
}
