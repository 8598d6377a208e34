package io.podidentity.agent.eksauth;

import java.time.Duration;

/** Told of every call to EKS Auth. */
public interface EksAuthEvents {

    /** A try begins. */
    void tried();

    /**
     * A try ended.
     *
     * @param result {@code Success} or the error's code, which a peer may make up
     */
    void ended(String result, Duration took);

    /** A try begins that repeats one which failed. */
    default void retried() {}
}
