package io.podidentity.guard;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What each client holds of a {@link Budget}, and whose connections are cut where it is exceeded. A
 * client may hold as much as is still free, or its equal share where that is more; beyond it, its
 * own connections that are stuck the longest are cut. So one client alone gets half of the budget
 * at most, and there is always room for another.
 */
final class Holdings {

    /** One connection with the largest request: nobody is cut off for less. */
    static final long POLITE = 128 * 1024;

    /** A client, by its address; all under the lock of its holdings. */
    private static final class Client {
        private final InetAddress address;
        private final Set<GuardedConnection> connections = new HashSet<>();
        private long held;

        private Client(InetAddress address) {
            this.address = address;
        }

        private boolean isPolite() {
            return held <= POLITE;
        }
    }

    private static final Comparator<GuardedConnection> WORST =
            Comparator.comparingInt(GuardedConnection::badness)
                    .thenComparing(Comparator.comparingLong(GuardedConnection::since).reversed());

    private static final Comparator<Client> LARGEST =
            Comparator.<Client>comparingLong(client -> client.held).reversed();

    private final long bytes;
    private final Map<InetAddress, Client> clients = new HashMap<>();
    private final Map<GuardedConnection, Client> connections = new HashMap<>();
    private long held;

    Holdings(long bytes) {
        this.bytes = bytes;
    }

    /** A client opened a connection, which holds nothing yet. */
    synchronized void add(GuardedConnection connection, InetAddress address) {
        Client client = clients.computeIfAbsent(address, Client::new);
        client.connections.add(connection);
        connections.put(connection, client);
    }

    /** A connection is gone; nothing happens where it is gone already. */
    synchronized void remove(GuardedConnection connection) {
        Client client = connections.remove(connection);
        if (client == null) {
            return;
        }
        client.connections.remove(connection);
        client.held -= connection.held();
        held -= connection.held();
        if (client.connections.isEmpty()) {
            clients.remove(client.address);
        }
    }

    /** A connection holds so much now; says which are to be cut, and counts them no more. */
    synchronized List<GuardedConnection> settle(GuardedConnection connection, long now) {
        Client client = connections.get(connection);
        if (client == null) {
            return List.of();
        }
        long more = now - connection.held();
        connection.held(now);
        client.held += more;
        held += more;
        if (more <= 0) {
            return List.of();
        }
        List<GuardedConnection> cut = new ArrayList<>();
        while (client.held > share() && take(worst(client, any -> true), cut)) {
            // The client pays with its own.
        }
        while (held > bytes && take(worstOfAll(), cut)) {
            // More clients than there are shares: those who hold most pay.
        }
        return cut;
    }

    private long share() {
        return Math.max(Math.max(bytes - held, bytes / (clients.size() + 1)), POLITE);
    }

    private boolean take(@Nullable GuardedConnection worst, List<GuardedConnection> cut) {
        if (worst == null) {
            return false;
        }
        remove(worst);
        cut.add(worst);
        return true;
    }

    /** Who holds little pays last, or one who asks much at once could keep all others out. */
    private @Nullable GuardedConnection worstOfAll() {
        // Client by client: to look at all connections each time would be an attack of its own.
        List<Client> largest = clients.values().stream().sorted(LARGEST).toList();
        List<Client> large = largest.stream().filter(client -> !client.isPolite()).toList();
        GuardedConnection worst = worst(large, Holdings::isNotAnswered);
        if (worst == null) {
            worst = worst(large, any -> true);
        }
        return worst == null ? worst(largest, Holdings::isNotAnswered) : worst;
    }

    private static @Nullable GuardedConnection worst(
            List<Client> clients, Predicate<GuardedConnection> among) {
        for (Client client : clients) {
            GuardedConnection worst = worst(client, among);
            if (worst != null) {
                return worst;
            }
        }
        return null;
    }

    private static @Nullable GuardedConnection worst(
            Client client, Predicate<GuardedConnection> among) {
        return client.connections.stream().filter(among).max(WORST).orElse(null);
    }

    private static boolean isNotAnswered(GuardedConnection connection) {
        return connection.state() != GuardedConnection.State.ANSWERED;
    }

    /** All connections, as they are now. */
    synchronized List<GuardedConnection> all() {
        return List.copyOf(connections.keySet());
    }

    synchronized int count() {
        return connections.size();
    }

    /** What all clients hold. */
    synchronized long held() {
        return held;
    }
}
