package io.podidentity.auth.server;

import java.time.Duration;

/** Events of the service, for metrics. */
public interface AuthEvents {

    /** Ignores all events. */
    AuthEvents NONE = (result, took) -> {};

    /**
     * A token was exchanged or refused.
     *
     * @param result {@code Success}, or the code of the error
     */
    void exchanged(String result, Duration took);
}
