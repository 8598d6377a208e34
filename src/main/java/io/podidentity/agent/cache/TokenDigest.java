package io.podidentity.agent.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A token's SHA-256, which identifies it without keeping it. */
record TokenDigest(long a, long b, long c, long d) {

    /** Copied for each use: looking up the algorithm each time costs more than the hash. */
    private static final MessageDigest SHA_256 = sha256();

    static TokenDigest of(String token) {
        ByteBuffer hash = ByteBuffer.wrap(copy().digest(token.getBytes(StandardCharsets.UTF_8)));
        return new TokenDigest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }

    /** Compares in a time that does not depend on where two digests differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenDigest(long oa, long ob, long oc, long od)
                && ((a ^ oa) | (b ^ ob) | (c ^ oc) | (d ^ od)) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }

    /** As hexadecimal digits. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
    }

    private static MessageDigest copy() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this JDK's SHA-256 cannot be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
