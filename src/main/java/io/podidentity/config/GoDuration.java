package io.podidentity.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations in Go's syntax, such as {@code 90s}, {@code 1h30m} and {@code 1.5h}. */
public final class GoDuration {

    // Possessive and anchored part by part, so that no text takes long to refuse.
    private static final Pattern PART =
            Pattern.compile("([0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)([a-zµμ]++)");
    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "μs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);

    private GoDuration() {}

    /**
     * Reads a duration that is not negative.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static Duration parse(String text) {
        String unsigned = text.startsWith("+") ? text.substring(1) : text;
        if (unsigned.equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(unsigned);
        do {
            Long unit = part.lookingAt() ? NANOS.get(part.group(2)) : null;
            if (unit == null) {
                throw notADuration(text);
            }
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
            part.region(part.end(), unsigned.length());
        } while (part.regionStart() < unsigned.length());
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw notADuration(text);
        }
        return Duration.ofNanos(nanos.longValue());
    }

    private static IllegalArgumentException notADuration(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a duration; give one such as 3h, 1h30m or 90s, or 0");
    }
}
