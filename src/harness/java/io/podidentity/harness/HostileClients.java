package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one address that hold as much of a server as it lets them. Whatever is cut off comes
 * back at the next of ten looks a second, so that a machine with two cores has time for others.
 */
public final class HostileClients implements AutoCloseable {

    private static final long LOOK_MILLIS = 100;

    /** Forty a second: to be many is the attack, not to be fast, which costs them as much. */
    private static final int PER_LOOK = 4;

    private static final int SMALL = 4 * 1024;
    private static final int PART = 16 * 1024;

    private final InetSocketAddress target;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    public HostileClients(int port) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Connections that send this once, and hold it; returns how many are open. */
    public AtomicInteger hold(String from, int count, String text) {
        return attack(from, count, text, false);
    }

    /** Connections that send this again and again, and never read. */
    public AtomicInteger neverRead(String from, int count, String text) {
        return attack(from, count, text, true);
    }

    private AtomicInteger attack(String from, int count, String text, boolean again) {
        AtomicInteger open = new AtomicInteger();
        Thread thread =
                Thread.ofPlatform()
                        .name("hostile-" + from)
                        .daemon()
                        .start(() -> attack(from, count, text.getBytes(ISO_8859_1), again, open));
        threads.add(thread);
        return open;
    }

    private void attack(String from, int count, byte[] text, boolean again, AtomicInteger open) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new Client(from, text, again));
        }
        while (!stopped) {
            int made = 0;
            int held = 0;
            for (Client client : clients) {
                if (client.channel == null && made < PER_LOOK) {
                    client.connect();
                    made++;
                }
                if (client.goOn()) {
                    held++;
                }
            }
            open.set(held);
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                break;
            }
        }
        clients.forEach(Client::leave);
    }

    @Override
    public void close() {
        stop();
    }

    /** Leaves all that they hold. */
    public void stop() {
        stopped = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Client {
        private final String from;
        private final ByteBuffer text;
        private final boolean again;
        private @Nullable SocketChannel channel;

        private Client(String from, byte[] text, boolean again) {
            this.from = from;
            this.text = ByteBuffer.wrap(text);
            this.again = again;
        }

        private void connect() {
            text.clear();
            try {
                SocketChannel opened = SocketChannel.open();
                channel = opened;
                opened.configureBlocking(false);
                opened.bind(new InetSocketAddress(from, 0));
                if (again) {
                    // What the kernel holds is not the server's, and costs time to fill.
                    opened.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
                    opened.setOption(StandardSocketOptions.SO_SNDBUF, PART);
                }
                opened.connect(target);
            } catch (IOException e) {
                leave();
            }
        }

        private boolean goOn() {
            SocketChannel open = channel;
            try {
                if (open == null || !open.finishConnect()) {
                    return false;
                }
                open.write(text);
                if (!again && open.read(ByteBuffer.allocate(SMALL)) < 0) {
                    leave();
                } else if (again && !text.hasRemaining()) {
                    text.clear();
                }
                return channel != null;
            } catch (IOException e) {
                leave();
                return false;
            }
        }

        private void leave() {
            SocketChannel open = channel;
            channel = null;
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                // Left all the same.
            }
        }
    }
}
