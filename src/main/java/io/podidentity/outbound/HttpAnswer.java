package io.podidentity.outbound;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response, possibly incomplete.
 *
 * @param broken why the body is incomplete; null if it is complete
 */
public record HttpAnswer(
        int status, Map<String, List<String>> headers, String read, @Nullable IOException broken) {

    /** The body; reading its missing part throws. */
    public InputStream body() {
        InputStream read = new ByteArrayInputStream(this.read.getBytes(StandardCharsets.UTF_8));
        return broken == null ? read : new SequenceInputStream(read, new Broken(broken));
    }

    /** Without the body, which may hold secrets. */
    @Override
    public String toString() {
        return "status " + status;
    }

    private static final class Broken extends InputStream {

        private final IOException why;

        Broken(IOException why) {
            this.why = why;
        }

        @Override
        public int read() throws IOException {
            throw why;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            throw why;
        }
    }
}
