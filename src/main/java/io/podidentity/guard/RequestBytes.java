package io.podidentity.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What a client has sent and the application has not taken, to be taken request by request. */
final class RequestBytes {

    /** A buffer that grows doubles, and headers become objects: so much a byte, and a line. */
    private static final int BYTE = 2;

    private static final int LINE = 160;

    private ByteBuf waiting = Unpooled.EMPTY_BUFFER;
    private boolean blank = true;
    private boolean whole;
    private int lines;

    /** What it costs to hold all that is in a buffer, in bytes. */
    static long cost(ByteBuf buffer) {
        long lines = 0;
        int end = buffer.writerIndex();
        for (int at = buffer.indexOf(buffer.readerIndex(), end, (byte) '\n');
                at >= 0;
                at = buffer.indexOf(at + 1, end, (byte) '\n')) {
            lines++;
        }
        return (long) BYTE * buffer.readableBytes() + LINE * lines;
    }

    int length() {
        return waiting.readableBytes();
    }

    /**
     * Copies to the heap, as large as it is, what comes: a buffer of the socket is direct memory,
     * and larger.
     */
    void append(ByteBuf bytes) {
        ByteBuf all = Unpooled.buffer(waiting.readableBytes() + bytes.readableBytes());
        all.writeBytes(waiting).writeBytes(bytes);
        release();
        waiting = all;
    }

    /** Whether a header ends in what is there. */
    boolean hasWholeHeader() {
        int end = waiting.writerIndex();
        int line = waiting.readerIndex();
        boolean begun = blank;
        for (int at = waiting.indexOf(line, end, (byte) '\n');
                at >= 0;
                at = waiting.indexOf(line, end, (byte) '\n')) {
            if (begun && isBlank(line, at)) {
                return true;
            }
            begun = true;
            line = at + 1;
        }
        return false;
    }

    /** Takes up to the blank line that ends a header, or all there is of it. */
    ByteBuf takeHeader() {
        if (whole) {
            lines = 0;
        }
        return take(lengthOfHeader());
    }

    /** Takes as much of a body as there is. */
    ByteBuf takeBody(long left) {
        return take(left > 0 ? (int) Math.min(left, length()) : length());
    }

    /** Whether the header that was taken last was taken to its end. */
    boolean isHeaderWhole() {
        return whole;
    }

    /** How many lines of the last header were taken. */
    int headerLines() {
        return lines;
    }

    void release() {
        waiting.release();
        waiting = Unpooled.EMPTY_BUFFER;
    }

    private ByteBuf take(int length) {
        if (length < waiting.readableBytes()) {
            return Unpooled.buffer(length).writeBytes(waiting, length);
        }
        ByteBuf all = waiting;
        waiting = Unpooled.EMPTY_BUFFER;
        return all;
    }

    private int lengthOfHeader() {
        int start = waiting.readerIndex();
        int end = waiting.writerIndex();
        int line = start;
        for (int at = waiting.indexOf(line, end, (byte) '\n');
                at >= 0;
                at = waiting.indexOf(line, end, (byte) '\n')) {
            whole = blank && isBlank(line, at);
            blank = true;
            line = at + 1;
            lines++;
            if (whole) {
                return line - start;
            }
        }
        whole = false;
        blank = blank && isBlank(line, end);
        return end - start;
    }

    private boolean isBlank(int from, int to) {
        return from == to || (from + 1 == to && waiting.getByte(from) == '\r');
    }
}
