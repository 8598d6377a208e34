package io.podidentity.schedule;

import java.time.Duration;

/** How long to wait before trying again: doubled with each failure in a row, up to a maximum. */
public record Backoff(Duration first, Duration longest) {

    private static final int MAX_DOUBLINGS = 30;

    /**
     * The wait after so many failures.
     *
     * @param failures in a row, at least one
     */
    public Duration after(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }
}
