package io.podidentity.harness;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A door to a server that counts who comes in, and may be shut. */
public final class Door extends Tunnel {

    private final String host;
    private final int behind;
    private final Collection<Socket> clients = new ConcurrentLinkedQueue<>();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean shut;

    /**
     * @param port to listen on; 0 takes a free one
     * @param behind the server's port, on this machine
     */
    public Door(String address, int port, int behind) throws IOException {
        this(address, port, "127.0.0.1", behind);
    }

    /** One on a free port of loopback. */
    public Door(URI server) throws IOException {
        this("127.0.0.1", 0, server.getHost(), server.getPort());
    }

    private Door(String address, int port, String host, int behind) throws IOException {
        super(new ServerSocket(port, 0, InetAddress.ofLiteral(address)));
        this.host = host;
        this.behind = behind;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
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

    /** Ends all connections, and all that come. */
    public void shut() throws IOException {
        shut = true;
        dropAll();
    }

    /** Lets them in again. */
    public void open() {
        shut = false;
    }

    /** Ends all connections and listens no more. */
    public void closeAll() throws IOException {
        close();
        dropAll();
    }

    @Override
    Socket open(Socket client) throws IOException {
        clients.add(client);
        opened.incrementAndGet();
        if (shut) {
            throw new EOFException("shut");
        }
        return new Socket(host, behind);
    }
}
