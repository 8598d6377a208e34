package io.podidentity.config;

import java.time.Duration;

/**
 * How long the steps of a shutdown may take. Kubernetes grants 30 s for all of them and for the
 * threads that {@code quarkus.thread-pool.shutdown-timeout} waits for.
 */
public final class ShutdownTimeouts {

    /** For requests being answered. */
    public static final Duration REQUESTS = Duration.ofSeconds(15);

    /** For probes, which are answered at once or never. */
    public static final Duration PROBES = Duration.ofSeconds(1);

    /** For sockets to close. */
    public static final Duration SOCKETS = Duration.ofSeconds(1);

    /** For restoring the node's link. */
    public static final Duration LINK = Duration.ofSeconds(5);

    private ShutdownTimeouts() {}
}
