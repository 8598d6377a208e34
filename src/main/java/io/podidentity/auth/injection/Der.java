package io.podidentity.auth.injection;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** The few forms of DER (X.690) that a certificate needs. */
final class Der {

    static final int DNS_NAME = 0x82;
    static final int IP_ADDRESS = 0x87;
    private static final int SEQUENCE = 0x30;
    private static final int LONG_FORM = 0x80;
    private static final int YEAR_OF_LONG_TIMES = 2050;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return value(0x31, parts);
    }

    static byte[] tagged(int number, byte[] inner) {
        return value(0xa0 + number, inner);
    }

    static byte[] integer(BigInteger number) {
        return value(0x02, number.toByteArray());
    }

    static byte[] text(String text) {
        return value(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of whole octets. */
    static byte[] bits(byte[] octets) {
        return value(0x03, new byte[] {0}, octets);
    }

    static byte[] octets(byte[] octets) {
        return value(0x04, octets);
    }

    static byte[] time(Instant at) {
        var utc = at.atOffset(ZoneOffset.UTC);
        return utc.getYear() < YEAR_OF_LONG_TIMES
                ? value(0x17, ascii(DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").format(utc)))
                : value(0x18, ascii(DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").format(utc)));
    }

    /** What is spelled out. */
    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        int length = content.size();
        if (length < LONG_FORM) {
            all.write(length);
        } else {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int leading = digits[0] == 0 ? 1 : 0;
            all.write(LONG_FORM + digits.length - leading);
            all.write(digits, leading, digits.length - leading);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
