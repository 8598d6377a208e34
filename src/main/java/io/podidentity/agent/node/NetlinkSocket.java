package io.podidentity.agent.node;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;

/** An AF_NETLINK socket. Any thread may send; the one that opened it receives and closes. */
final class NetlinkSocket implements NetlinkChannel {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int MSG_TRUNC = 0x20;

    /** sockaddr_nl: family, padding, port id, groups. */
    private static final int SOCKADDR_NL = 12;

    private static final int PORT_ID = 4;
    private static final int GROUPS = 8;

    /** The kernel's own limit for a datagram of a dump is 32 KiB. */
    private static final int BUFFER = 64 * 1024;

    private static final Duration RECEIVE_TIMEOUT = Duration.ofSeconds(5);

    private final int fd;
    private boolean closed;
    // Closing a shared arena stops every thread for a moment, and native images may lack them.
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final MemorySegment sender = arena.allocate(SOCKADDR_NL);
    private final MemorySegment senderLength = arena.allocate(ValueLayout.JAVA_INT);

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    static NetlinkSocket forRequests() throws NetlinkException {
        return open(0, RECEIVE_TIMEOUT);
    }

    /** Also receives the notifications of the given groups. */
    static NetlinkSocket listeningTo(int groups, Duration timeout) throws NetlinkException {
        return open(groups, timeout);
    }

    private static NetlinkSocket open(int groups, Duration timeout) throws NetlinkException {
        int fd = LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        NetlinkSocket socket = new NetlinkSocket(fd);
        try {
            socket.configure(groups, timeout);
            return socket;
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    private void configure(int groups, Duration timeout) throws NetlinkException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment on = scratch.allocateFrom(ValueLayout.JAVA_INT, 1);
            LibC.setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, on);
            LibC.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, on);
            MemorySegment time =
                    scratch.allocateFrom(
                            ValueLayout.JAVA_LONG,
                            timeout.toSeconds(),
                            timeout.toNanosPart() / 1000);
            LibC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, time);
            MemorySegment address = scratch.allocate(SOCKADDR_NL, Integer.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, GROUPS, groups);
            LibC.bind(fd, address);
        }
    }

    @Override
    public synchronized void send(byte[] datagram) throws NetlinkException {
        if (closed) {
            // By now the descriptor may be another file's.
            throw NetlinkException.unanswered("the socket is closed");
        }
        try (Arena scratch = Arena.ofConfined()) {
            LibC.send(fd, scratch.allocateFrom(ValueLayout.JAVA_BYTE, datagram));
        }
    }

    @Override
    public Optional<byte[]> receive() throws NetlinkException {
        while (true) {
            try {
                senderLength.set(ValueLayout.JAVA_INT, 0, SOCKADDR_NL);
                long length = LibC.recvfrom(fd, buffer, MSG_TRUNC, sender, senderLength);
                if (length > BUFFER) {
                    throw NetlinkException.unreadable("a datagram of " + length + " bytes");
                }
                // Other processes have a port id of their own; only the kernel's is 0.
                if (sender.get(ValueLayout.JAVA_INT, PORT_ID) == 0) {
                    return Optional.of(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
                }
            } catch (NetlinkException e) {
                if (e.is(Errno.EAGAIN)) {
                    return Optional.empty();
                }
                if (!e.is(Errno.EINTR)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        arena.close();
        try {
            LibC.close(fd);
        } catch (NetlinkException e) {
            throw new AssertionError("the socket was open", e);
        }
    }
}
