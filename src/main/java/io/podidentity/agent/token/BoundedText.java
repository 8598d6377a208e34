package io.podidentity.agent.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Reads documents whose authors are trusted neither to be brief nor to be quick. */
final class BoundedText {

    /** Room for some five hundred keys. */
    private static final int LONGEST = 256 * 1024;

    private BoundedText() {}

    /**
     * @param patience for the whole, since of what drips each part comes in time
     */
    static String read(InputStream in, Duration patience) throws IOException {
        long start = System.nanoTime();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] part = new byte[8 * 1024];
        for (int length = in.read(part); length >= 0; length = in.read(part)) {
            read.write(part, 0, length);
            if (read.size() > LONGEST) {
                throw new IOException("the document exceeds " + LONGEST + " bytes");
            }
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new SocketTimeoutException("the document does not end");
            }
        }
        return read.toString(UTF_8);
    }

    /** From a disk. */
    static String read(InputStream in) throws IOException {
        return read(in, Duration.ofDays(1));
    }
}
