package io.podidentity.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Carries what comes in on a loopback port to another one, and back. */
abstract class Tunnel implements AutoCloseable {

    private final ServerSocket door;

    Tunnel(ServerSocket door) {
        this.door = door;
        Thread.ofVirtual().start(this::listen);
    }

    public int port() {
        return door.getLocalPort();
    }

    /** Where a connection leads, once all is said that comes before. */
    abstract Socket open(Socket client) throws IOException;

    static Socket loopback(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private void listen() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // Closed, by the test that has ended.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = open(client)) {
            Thread back = Thread.ofVirtual().start(() -> carry(server, client));
            carry(client, server);
            back.join();
        } catch (IOException e) {
            // One side has left, or does not trust the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // The other direction has ended.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
