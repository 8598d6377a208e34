package io.podidentity.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Another address of a server on a loopback port. */
public final class Door extends Tunnel {

    private final int behind;
    private final Collection<Socket> clients = new ConcurrentLinkedQueue<>();
    private final AtomicInteger opened = new AtomicInteger();

    /**
     * @param port to listen on; 0 takes a free one
     * @param behind the server's port
     */
    public Door(String address, int port, int behind) throws IOException {
        super(new ServerSocket(port, 0, InetAddress.ofLiteral(address)));
        this.behind = behind;
    }

    /** How many connections have come in. */
    public int opened() {
        return opened.get();
    }

    /** Ends all connections. */
    public void dropAll() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }

    /** Ends all connections and lets no more in. */
    public void closeAll() throws IOException {
        close();
        dropAll();
    }

    @Override
    Socket open(Socket client) throws IOException {
        clients.add(client);
        opened.incrementAndGet();
        return loopback(behind);
    }
}
