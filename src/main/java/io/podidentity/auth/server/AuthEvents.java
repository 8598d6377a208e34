package io.podidentity.auth.server;

import java.time.Duration;

/** What happens in the service, for those who count it. */
public interface AuthEvents {

    /** Counts nothing. */
    AuthEvents NONE = (result, took) -> {};

    /**
     * A token was exchanged or refused.
     *
     * @param result {@code Success}, or the code of the error
     */
    void exchanged(String result, Duration took);
}
