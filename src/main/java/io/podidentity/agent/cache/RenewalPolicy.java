package io.podidentity.agent.cache;

import io.podidentity.schedule.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When credentials are renewed, and how fresh they are; stateless.
 *
 * @param retention the age at which credentials are renewed where their lifetime allows it
 */
public record RenewalPolicy(Duration retention) {

    private static final double JITTER = 0.1;
    private static final Duration MIN_MARGIN = Duration.ofMinutes(20);

    /** With this much left or less, SDKs ask again before each call of the application. */
    private static final Duration EXPIRING_MARGIN = Duration.ofMinutes(15);

    /** Credentials with less remaining lifetime are not served. */
    private static final Duration EXPIRED_MARGIN = Duration.ofSeconds(15);

    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));

    /** How fresh credentials are, from best to worst. */
    public enum Freshness {
        FRESH,
        /** To be renewed in the background. */
        DUE,
        /** Served only if renewing fails. */
        EXPIRING,
        /** Not served. */
        EXPIRED
    }

    /**
     * The plan for one set of credentials.
     *
     * @param renewAt remaining lifetime at which they are renewed
     * @param expiringAt remaining lifetime from which they are served only if renewing fails
     */
    public record Plan(Duration renewAt, Duration expiringAt) {

        Freshness freshness(long leftNanos) {
            if (leftNanos <= EXPIRED_MARGIN.toNanos()) {
                return Freshness.EXPIRED;
            }
            if (leftNanos <= expiringAt.toNanos()) {
                return Freshness.EXPIRING;
            }
            return leftNanos <= renewAt.toNanos() ? Freshness.DUE : Freshness.FRESH;
        }
    }

    /**
     * Plans for fresh credentials: renewal is spread by 10 % each way, so that pods started
     * together are not renewed together, and leaves at least the margin.
     */
    public Plan plan(Duration lifetime, RandomGenerator random) {
        double latest = nanos(lifetime.minus(margin(lifetime)));
        double middle = Math.min(nanos(retention), latest / (1 + JITTER));
        double age = middle * (1 + JITTER * (2 * random.nextDouble() - 1));
        return new Plan(lifetime.minusNanos((long) age), min(EXPIRING_MARGIN, part(lifetime, 4)));
    }

    /** Remaining lifetime at which renewing starts at the latest: leaves time for many tries. */
    private static Duration margin(Duration lifetime) {
        Duration margin = max(MIN_MARGIN, part(lifetime, 3));
        // Credentials that never had that much left would be renewed without end.
        return min(margin, part(lifetime, 2));
    }

    /**
     * How long to wait after a failed renewal.
     *
     * @param failures in a row, at least one
     * @param asked the source's {@code Retry-After}, if any
     */
    public static Duration retryAfter(
            int failures, @Nullable Duration asked, RandomGenerator random) {
        Duration wait =
                Duration.ofNanos(
                        (long) (nanos(BACKOFF.after(failures)) * (0.5 + random.nextDouble())));
        return asked == null ? wait : max(wait, min(asked, BACKOFF.longest()));
    }

    /** Duration's own division goes through BigDecimal. */
    private static Duration part(Duration whole, int parts) {
        return Duration.ofNanos(whole.toNanos() / parts);
    }

    private static double nanos(Duration duration) {
        return duration.toNanos();
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
