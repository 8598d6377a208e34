package io.podidentity.agent.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Writes one netlink message. */
final class MessageWriter {

    /** Ours hold a name, a kind and two addresses at most. */
    private static final int CAPACITY = 256;

    private static final int ATTRIBUTE_HEADER = 4;

    private final ByteBuffer out = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    MessageWriter(int type, int flags, int sequence) {
        out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
    }

    MessageWriter u8(int... values) {
        for (int value : values) {
            out.put((byte) value);
        }
        return this;
    }

    MessageWriter i32(int... values) {
        for (int value : values) {
            out.putInt(value);
        }
        return this;
    }

    MessageWriter attribute(int type, byte[] value) {
        return attribute(type, writer -> writer.out.put(value));
    }

    MessageWriter attribute(int type, int value) {
        return attribute(type, writer -> writer.out.putInt(value));
    }

    MessageWriter attribute(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    MessageWriter attribute(int type, Consumer<MessageWriter> content) {
        int start = out.position();
        out.position(start + ATTRIBUTE_HEADER);
        content.accept(this);
        out.putShort(start, (short) (out.position() - start)).putShort(start + 2, (short) type);
        out.position(Message.aligned(out.position()));
        return this;
    }

    byte[] toBytes() {
        out.putInt(0, out.position());
        return Arrays.copyOf(out.array(), out.position());
    }
}
