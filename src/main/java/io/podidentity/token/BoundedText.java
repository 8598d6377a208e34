package io.podidentity.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a document with a size limit. */
final class BoundedText {

    /** Room for some five hundred keys. */
    private static final int MAX_BYTES = 256 * 1024;

    private BoundedText() {}

    static String read(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] part = new byte[8 * 1024];
        for (int length = in.read(part); length >= 0; length = in.read(part)) {
            read.write(part, 0, length);
            if (read.size() > MAX_BYTES) {
                throw new IOException("the document exceeds " + MAX_BYTES + " bytes");
            }
        }
        return read.toString(UTF_8);
    }
}
