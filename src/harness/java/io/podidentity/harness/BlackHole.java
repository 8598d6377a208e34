package io.podidentity.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port where packets are lost: attempts to connect get no answer, as from a network without a way
 * back. Its queue is full, and the kernel drops what comes then.
 */
public final class BlackHole implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 16;

    private final ServerSocket door;
    private final List<Socket> queue = new ArrayList<>();

    public BlackHole(String address, int port) throws IOException {
        door = new ServerSocket(port, 1, InetAddress.ofLiteral(address));
        try {
            fill();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Another listener's queue is filled, which it must not accept from. */
    public BlackHole(ServerSocket door) throws IOException {
        this.door = door;
        fill();
    }

    public int port() {
        return door.getLocalPort();
    }

    private void fill() throws IOException {
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            Socket socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(
                        new InetSocketAddress(door.getInetAddress(), door.getLocalPort()), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new IOException("the queue of " + door + " has no end");
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : queue) {
            socket.close();
        }
        door.close();
    }
}
