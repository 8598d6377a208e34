package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The head of an HTTP message, as it came. */
record Head(String text) {

    private static final String END = "\r\n\r\n";

    /** Reads the next one, or nothing at the end of the stream. */
    static Optional<Head> read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            bytes.write(next);
            if (next == '\n' && bytes.toString(ISO_8859_1).endsWith(END)) {
                return Optional.of(new Head(bytes.toString(ISO_8859_1)));
            }
        }
        return Optional.empty();
    }

    /** The value of a header, or nothing. */
    String header(String name) {
        return text.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** The same with another value of a header. */
    Head with(String name, String value) {
        return new Head(text.replaceFirst("(?im)^" + name + ":.*$", name + ": " + value));
    }

    byte[] bytes() {
        return text.getBytes(ISO_8859_1);
    }
}
