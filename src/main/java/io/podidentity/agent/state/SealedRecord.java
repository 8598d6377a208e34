package io.podidentity.agent.state;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The bytes of a record: version, expiry in seconds, salt, nonce, and what AES-256-GCM makes of the
 * contents. Bound to all before it and to the record's name.
 */
final class SealedRecord {

    /** Twice what the longest answer of EKS Auth needs. */
    static final int LONGEST = 32_768;

    static final int SALT = 32;

    private static final int VERSION = 0x50494131; // PIA1
    private static final int NONCE = 12;
    private static final int HEADER = Integer.BYTES + Long.BYTES + SALT + NONCE;
    private static final int TAG_BITS = 128;

    private SealedRecord() {}

    static byte[] seal(TokenSeal.Derived seal, Instant expiry, byte[] contents, SecureRandom random)
            throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] header =
                ByteBuffer.allocate(HEADER)
                        .putInt(VERSION)
                        .putLong(expiry.getEpochSecond())
                        .put(seal.salt())
                        .put(nonce)
                        .array();
        byte[] sealed =
                cipher(Cipher.ENCRYPT_MODE, seal.key(), nonce, header, seal.name())
                        .doFinal(contents);
        return ByteBuffer.allocate(HEADER + sealed.length).put(header).put(sealed).array();
    }

    /**
     * What was sealed for this token under this name.
     *
     * @throws GeneralSecurityException if anything is not as it was sealed
     */
    static byte[] open(String token, String name, byte[] record) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(record);
        byte[] salt = new byte[SALT];
        byte[] nonce = new byte[NONCE];
        byte[] header = new byte[HEADER];
        try {
            in.get(header);
            in.get(Integer.BYTES + Long.BYTES, salt).get(HEADER - NONCE, nonce);
        } catch (BufferUnderflowException e) {
            throw new GeneralSecurityException("it is too short", e);
        }
        if (in.getInt(0) != VERSION) {
            throw new GeneralSecurityException("it is of another version");
        }
        return cipher(Cipher.DECRYPT_MODE, RecordKeys.key(token, salt), nonce, header, name)
                .doFinal(record, HEADER, record.length - HEADER);
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] header, String name)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(header);
        cipher.updateAAD(name.getBytes(US_ASCII));
        return cipher;
    }
}
