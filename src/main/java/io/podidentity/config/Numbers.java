package io.podidentity.config;

/** Reads whole numbers within bounds. */
public final class Numbers {

    private Numbers() {}

    /**
     * Reads a TCP port.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static int port(String text) {
        return within(text, 1, 65_535, "a port");
    }

    /**
     * Reads a number that is not negative.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static int count(String text) {
        return within(text, 0, 1_000_000, "a count");
    }

    /**
     * Reads a number of at least one.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static int rate(String text) {
        return within(text, 1, 1_000_000, "a rate per second");
    }

    private static int within(String text, int least, int most, String what) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Rejected below.
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is not "
                        + what
                        + "; give a whole number from "
                        + least
                        + " to "
                        + most);
    }
}
