package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one address that hold as much of a server as it lets them. All come within seconds,
 * before a server has given up waiting for the first of them. Whatever is cut off then comes back
 * at one of ten looks a second: to be many is the attack, not to be fast, which costs a machine
 * with two cores as much as it costs the server.
 */
public final class HostileClients implements AutoCloseable {

    private static final long LOOK_MILLIS = 100;
    private static final int NEW_PER_LOOK = 16;
    private static final int BACK_PER_LOOK = 4;

    /** Each makes the server work until it notices that nobody reads: one a second. */
    private static final int LOOKS_PER_DEAF_ONE = 10;

    /** So many looks it takes them to have said all. */
    private static final int LOOKS_TO_SAY_ALL = 32;

    private static final Duration BUILD_UP = Duration.ofMinutes(2);

    private static final int SMALL = 4 * 1024;
    private static final int PART = 16 * 1024;

    private final InetSocketAddress target;
    private final List<Thread> threads = new ArrayList<>();
    private final List<AtomicInteger> missing = new ArrayList<>();
    private volatile boolean stopped;

    public HostileClients(int port) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Connections that send this once, and hold it. */
    public void hold(String from, int count, String text) {
        attack(from, count, text, 0);
    }

    /** Connections that send this so many times, some at each look, and never read. */
    public void neverRead(String from, int count, int times, String text) {
        int atOnce = Math.ceilDiv(times, LOOKS_TO_SAY_ALL);
        attack(from, count, text.repeat(atOnce), times / atOnce);
    }

    /** Waits until each of the addresses has connected as often as it has clients. */
    public void awaitFullStrength() {
        await().atMost(BUILD_UP).until(() -> missing.stream().allMatch(each -> each.get() <= 0));
    }

    private void attack(String from, int count, String text, int times) {
        AtomicInteger left = new AtomicInteger(count);
        missing.add(left);
        Thread thread =
                Thread.ofPlatform()
                        .name("hostile-" + from)
                        .daemon()
                        .start(() -> attack(from, count, text.getBytes(ISO_8859_1), times, left));
        threads.add(thread);
    }

    private void attack(String from, int count, byte[] text, int times, AtomicInteger left) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new Client(from, text, times));
        }
        boolean deaf = times > 0;
        for (int look = 0; !stopped; look++) {
            int back = deaf ? (look % LOOKS_PER_DEAF_ONE == 0 ? 1 : 0) : BACK_PER_LOOK;
            int most = left.get() > 0 ? NEW_PER_LOOK : back;
            int made = 0;
            for (Client client : clients) {
                if (client.channel == null && made < most) {
                    client.connect();
                    made++;
                    left.decrementAndGet();
                }
                client.goOn();
            }
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
        private final int times;
        private int said;
        private @Nullable SocketChannel channel;

        /** With times 0 it says it once, and reads. */
        private Client(String from, byte[] text, int times) {
            this.from = from;
            this.text = ByteBuffer.wrap(text);
            this.times = times;
        }

        private void connect() {
            text.clear();
            said = 0;
            try {
                SocketChannel opened = SocketChannel.open();
                channel = opened;
                opened.configureBlocking(false);
                opened.bind(new InetSocketAddress(from, 0));
                if (times > 0) {
                    // What the kernel holds is not the server's, and costs time to fill.
                    opened.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
                    opened.setOption(StandardSocketOptions.SO_SNDBUF, PART);
                }
                opened.connect(target);
            } catch (IOException e) {
                leave();
            }
        }

        private void goOn() {
            SocketChannel open = channel;
            try {
                if (open == null || !open.finishConnect()) {
                    return;
                }
                open.write(text);
                if (times == 0 && open.read(ByteBuffer.allocate(SMALL)) < 0) {
                    leave();
                } else if (!text.hasRemaining() && ++said < times) {
                    text.clear();
                }
            } catch (IOException e) {
                leave();
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
