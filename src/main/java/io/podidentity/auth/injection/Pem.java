package io.podidentity.auth.injection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Blocks of PEM. */
final class Pem {

    static final String CERTIFICATE = "CERTIFICATE";
    static final String KEY = "PRIVATE KEY";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN [A-Z ]+-----([^-]*)-----END [A-Z ]+-----");
    private static final int LINE = 64;

    private Pem() {}

    static String block(String kind, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        kind,
                        Base64.getMimeEncoder(LINE, "\n".getBytes(US_ASCII))
                                .encodeToString(content),
                        kind);
    }

    /** What the blocks hold, of whatever kind they are. */
    static List<byte[]> contents(String pem) {
        return BLOCK.matcher(pem)
                .results()
                .map(found -> Base64.getMimeDecoder().decode(found.group(1)))
                .toList();
    }
}
