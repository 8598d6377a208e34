package io.podidentity.auth.exchange;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a version 4 signature.
 *
 * @param day of the scope, such as {@code 20261121}
 * @param signedHeaders in lower case
 * @param at when it was signed
 */
record SignedCall(
        String accessKeyId,
        String day,
        String region,
        String service,
        List<String> signedHeaders,
        String signature,
        Instant at) {

    static final String DATE = "x-amz-date";
    static final String HOST = "host";

    private static final Pattern HEADER =
            Pattern.compile(
                    "AWS4-HMAC-SHA256 +Credential=([\\w/+=.-]{1,128})/(\\d{8})/([a-z0-9-]{1,40})/"
                            + "([a-z0-9-]{1,40})/aws4_request, *SignedHeaders=([a-z0-9;._-]{1,2000}),"
                            + " *Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

    /** Empty where a part is missing or unreadable. */
    static Optional<SignedCall> of(Call call) {
        String authorization = call.header("authorization");
        Matcher parts = HEADER.matcher(authorization == null ? "" : authorization.strip());
        Instant at = instant(call.header(DATE));
        if (at == null || !parts.matches()) {
            return Optional.empty();
        }
        List<String> signed = List.of(parts.group(5).split(";"));
        return signed.contains(DATE) && signed.contains(HOST)
                ? Optional.of(
                        new SignedCall(
                                parts.group(1),
                                parts.group(2),
                                parts.group(3),
                                parts.group(4),
                                signed,
                                parts.group(6),
                                at))
                : Optional.empty();
    }

    /** Whether the scope's day is that of the signing. */
    boolean isConsistent() {
        return TIME.format(at.atOffset(ZoneOffset.UTC)).startsWith(day);
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
