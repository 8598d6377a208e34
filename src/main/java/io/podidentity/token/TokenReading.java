package io.podidentity.token;

/** The result of reading a token without verifying it. */
public sealed interface TokenReading {

    /** A JWT within its time; its signature has not been looked at. */
    record Current(ServiceAccountToken token) implements TokenReading {}

    /** Not a JWT; {@code problem} says what is wrong and never quotes the token. */
    record Malformed(String problem) implements TokenReading {}

    /** A JWT that has expired or is not yet valid. */
    sealed interface OutOfTime extends TokenReading {

        String problem();
    }

    /** A JWT that has expired. */
    record Expired(String problem) implements OutOfTime {}

    /** A JWT that is not valid yet. */
    record NotYetValid(String problem) implements OutOfTime {}
}
