package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.PodIdentity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the cache does, for metrics and the log. Called often; must not block. */
public interface CacheEvents {

    /** Ignores all events. */
    CacheEvents NONE = new CacheEvents() {};

    /** A request was answered from memory. */
    default void hit() {}

    /** A request started a fetch. */
    default void missed() {}

    /** A request waits for a fetch that another one started. */
    default void joined() {}

    /** A request was rejected without a call to EKS Auth. */
    default void rejected(Reason reason) {}

    /** A token that its pod's entry did not know was verified. */
    default void verified(Verification result) {}

    /**
     * An entry got new credentials.
     *
     * @param otherRole whether the pod's association now names another role
     */
    default void renewed(@Nullable PodIdentity pod, boolean otherRole) {}

    /**
     * A renewal failed.
     *
     * @param inARow how many of this entry's renewals have failed in a row; log the first
     * @param dropped whether the entry was dropped
     */
    default void renewalFailed(
            @Nullable PodIdentity pod, Failed failure, int inARow, boolean dropped) {}

    /** A renewal was due but deliberately not made. */
    default void renewalSkipped(@Nullable PodIdentity pod, Skip why) {}

    default void evicted(Eviction cause) {}

    /** EKS Auth throttles: after a pause the agent makes at most this many calls at once. */
    default void slowedDown(int calls, Duration pause) {}

    /** The agent is back at its full rate. */
    default void recovered() {}

    /** A bug; the waiting requests were answered nevertheless. */
    default void broke(Throwable bug) {}

    /** The result of verifying another token of a cached pod. */
    enum Verification {
        /** The cluster issued it. */
        GENUINE,
        REFUSED,
        /** There are no keys to verify with. */
        UNVERIFIABLE
    }

    /** Why a due renewal was not made. */
    enum Skip {
        /** No request since the last renewal. */
        NOT_ASKED,
        /** The newest genuine token has expired. */
        TOKEN_EXPIRED
    }

    /** Why an entry was dropped. */
    enum Eviction {
        SIZE,
        EXPIRED,
        /** EKS Auth said that the pod is no longer entitled. */
        REFUSED
    }
}
