package io.podidentity.agent.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * What is derived from a token by <a href="https://www.rfc-editor.org/rfc/rfc5869">HKDF</a>: the
 * name by which its record is found, and the keys that open it. Neither tells anything of the other
 * or of the token. Another version of the record has other names, so that versions never meet.
 */
final class RecordKeys {

    private static final byte[] NAME = "pod-identity-agent record 1 name".getBytes(UTF_8);
    private static final byte[] KEY = "pod-identity-agent record 1 key".getBytes(UTF_8);
    private static final int BYTES = 32;

    private RecordKeys() {}

    /** The name of a token's record, in hexadecimal digits. */
    static String name(String token) throws GeneralSecurityException {
        return HexFormat.of().formatHex(hkdf().deriveData(extract(token).thenExpand(NAME, BYTES)));
    }

    /** A key for a token's record. */
    static SecretKey key(String token, byte[] salt) throws GeneralSecurityException {
        return hkdf().deriveKey("AES", extract(token).addSalt(salt).thenExpand(KEY, BYTES));
    }

    private static HKDFParameterSpec.Builder extract(String token) {
        return HKDFParameterSpec.ofExtract().addIKM(token.getBytes(UTF_8));
    }

    private static KDF hkdf() throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256");
    }
}
