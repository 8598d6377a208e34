package io.podidentity.agent.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** One netlink message: its header's fields and what follows the header. */
record Message(int type, int flags, int sequence, Fields payload) {

    static final int HEADER = 16;
    private static final int ALIGNMENT = 4;

    /** Splits a datagram; fails on lengths beyond its end. */
    static List<Message> in(byte[] datagram) throws NetlinkException {
        ByteBuffer rest = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        List<Message> messages = new ArrayList<>();
        while (rest.hasRemaining()) {
            if (rest.remaining() < HEADER) {
                throw NetlinkException.unreadable(rest.remaining() + " bytes after a message");
            }
            int start = rest.position();
            int length = rest.getInt(start);
            if (length < HEADER || length > rest.remaining()) {
                throw NetlinkException.unreadable(
                        "a length of %d with %d bytes left".formatted(length, rest.remaining()));
            }
            messages.add(
                    new Message(
                            Short.toUnsignedInt(rest.getShort(start + 4)),
                            Short.toUnsignedInt(rest.getShort(start + 6)),
                            rest.getInt(start + 8),
                            new Fields(rest.slice(start + HEADER, length - HEADER))));
            rest.position(Math.min(start + aligned(length), rest.limit()));
        }
        return messages;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@code length} up to the next multiple of four; never overflows for lengths of a buffer. */
    static int aligned(int length) {
        return Math.ceilDiv(length, ALIGNMENT) * ALIGNMENT;
    }
}
