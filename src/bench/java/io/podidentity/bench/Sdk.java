package io.podidentity.bench;

import java.time.Duration;

/**
 * How an SDK asks for credentials, in steps of the fleet's clock.
 *
 * @param timeout after which it gives up a try
 * @param delay between tries
 * @param retriesThrottling whether it tries again after a 429
 */
record Sdk(String name, int tries, int timeout, int delay, boolean retriesThrottling) {

    static final Sdk BOTO3 =
            new Sdk("boto3", 3, FleetClock.steps(Duration.ofSeconds(2)), FleetClock.SECOND, true);
    static final Sdk JAVA = new Sdk("Java v2", 6, FleetClock.SECOND, 0, false);
}
