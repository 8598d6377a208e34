package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.PodIdentity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears what the cache does, for metrics and the log; called often, must not block. */
public interface CacheEvents {

    /** Nobody listens. */
    CacheEvents NONE = new CacheEvents() {};

    /** A request was answered from memory. */
    default void hit() {}

    /** A request started a fetch. */
    default void missed() {}

    /** A request waits for a fetch that another one started. */
    default void joined() {}

    /** A request was turned away without asking anyone. */
    default void rejected(Reason reason) {}

    /** A token was checked that differs from those its pod's entry knows. */
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
     * @param dropped whether the entry went with it
     */
    default void renewalFailed(
            @Nullable PodIdentity pod, Failed failure, int inARow, boolean dropped) {}

    /** A renewal was due and deliberately not made. */
    default void renewalSkipped(@Nullable PodIdentity pod, Skip why) {}

    default void evicted(Eviction cause) {}

    /** EKS Auth throttles: the agent now makes so many calls at once, after a pause. */
    default void slowedDown(int calls, Duration pause) {}

    /** The agent is back at its full pace. */
    default void recovered() {}

    /** A bug; whoever waited got an answer nevertheless. */
    default void broke(Throwable bug) {}

    /** What checking another token for a cached pod gave. */
    enum Verification {
        /** The cluster issued it. */
        GENUINE,
        REFUSED,
        /** No keys to tell with. */
        UNVERIFIABLE
    }

    /** Why a due renewal was not made. */
    enum Skip {
        /** Nobody has asked since the last renewal. */
        NOT_ASKED,
        /** The newest token known to be good has expired. */
        TOKEN_EXPIRED
    }

    /** Why an entry went. */
    enum Eviction {
        SIZE,
        EXPIRED,
        /** The source said that the pod is no longer entitled. */
        REFUSED
    }
}
