package io.podidentity.agent.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes from outside, read with bounds checks. */
final class Fields {

    private final ByteBuffer bytes;

    Fields(ByteBuffer bytes) {
        this.bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    int size() {
        return bytes.limit();
    }

    int u8(int at) throws NetlinkException {
        return Byte.toUnsignedInt(bytes.get(checked(at, 1)));
    }

    int u16(int at) throws NetlinkException {
        return Short.toUnsignedInt(bytes.getShort(checked(at, 2)));
    }

    int i32(int at) throws NetlinkException {
        return bytes.getInt(checked(at, 4));
    }

    Fields slice(int at, int length) throws NetlinkException {
        return new Fields(bytes.slice(checked(at, length), length));
    }

    byte[] toBytes() {
        byte[] copy = new byte[bytes.limit()];
        bytes.get(0, copy);
        return copy;
    }

    /** Text up to its terminating zero, or to the end where there is none. */
    String text() {
        byte[] copy = toBytes();
        int end = 0;
        while (end < copy.length && copy[end] != 0) {
            end++;
        }
        return new String(copy, 0, end, StandardCharsets.UTF_8);
    }

    private int checked(int at, int length) throws NetlinkException {
        if (at < 0 || length < 0 || at > bytes.limit() - length) {
            throw NetlinkException.unreadable(
                    "%d bytes wanted at %d of %d".formatted(length, at, bytes.limit()));
        }
        return at;
    }
}
