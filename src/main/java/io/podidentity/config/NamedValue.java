package io.podidentity.config;

/** A value that belongs to a name, written {@code NAME=VALUE}. */
public record NamedValue(String name, String value) {

    /**
     * Reads an issuer, written {@code CLUSTER=ISSUER}.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static NamedValue issuer(String text) {
        return parse(text, "my-cluster=https://issuer");
    }

    /**
     * Reads one.
     *
     * @param example what to give instead, for the message
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    static NamedValue parse(String text, String example) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not NAME=VALUE; give one such as " + example);
        }
        return new NamedValue(text.substring(0, equals), text.substring(equals + 1));
    }
}
