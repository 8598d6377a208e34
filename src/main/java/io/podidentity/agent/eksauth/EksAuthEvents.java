package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import java.time.Duration;

/** Events of calls to EKS Auth. */
public interface EksAuthEvents {

    /** A try begins. */
    void tried();

    /**
     * A try ended.
     *
     * @param result {@code Success} or the error's code, which the peer chooses
     */
    void ended(String result, Duration took);

    /** A try failed; {@link #ended} follows. */
    default void failed(Failed failure) {}

    /** A try begins that repeats one which failed. */
    default void retried() {}
}
