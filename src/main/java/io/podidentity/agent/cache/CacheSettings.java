package io.podidentity.agent.cache;

import java.time.Duration;

/**
 * Settings of the cache.
 *
 * @param retention age at which credentials are renewed if the pod still asks; zero: no caching
 * @param size entries at most; zero: no caching
 * @param renewalsPerSecond background renewals at most
 * @param clientTimeout how long a request waits for a running fetch; less than the second after
 *     which SDKs give up, so that they get an answer
 * @param firstFetches as many calls at once at first, and after some seconds without an answer
 * @param concurrentFetches calls to EKS Auth at once; no more than connections, since a call
 *     without one would wait for it while its time runs out
 * @param waitingFetches fetches that may wait for their turn; more are rejected
 * @param perClient sustained fetches and verifications per second of one client address, or of one
 *     pod by its genuine token; those that bring credentials do not count
 * @param burstPerClient how many of them at once
 */
public record CacheSettings(
        Duration retention,
        int size,
        int renewalsPerSecond,
        Duration clientTimeout,
        int firstFetches,
        int concurrentFetches,
        int waitingFetches,
        int perClient,
        int burstPerClient) {

    public CacheSettings {
        check(!retention.isNegative(), "retention", retention);
        check(size >= 0, "size", size);
        check(renewalsPerSecond > 0, "renewalsPerSecond", renewalsPerSecond);
        check(clientTimeout.isPositive(), "clientTimeout", clientTimeout);
        check(firstFetches > 0, "firstFetches", firstFetches);
        check(concurrentFetches > 0, "concurrentFetches", concurrentFetches);
        check(waitingFetches > 0, "waitingFetches", waitingFetches);
        check(perClient > 0, "perClient", perClient);
        check(burstPerClient > 0, "burstPerClient", burstPerClient);
    }

    /** The given flags with default limits, for a JVM. */
    public static CacheSettings of(Duration retention, int size, int renewalsPerSecond) {
        return new CacheSettings(
                retention,
                size,
                renewalsPerSecond,
                Duration.ofMillis(900),
                CongestionWindow.FIRST_CALLS,
                192,
                5_000,
                50,
                500);
    }

    /** The same with another number of first fetches. */
    public CacheSettings withFirstFetches(int fetches) {
        return new CacheSettings(
                retention,
                size,
                renewalsPerSecond,
                clientTimeout,
                fetches,
                concurrentFetches,
                waitingFetches,
                perClient,
                burstPerClient);
    }

    /** Whether anything is cached; requests share a fetch regardless. */
    public boolean caching() {
        return size > 0 && retention.isPositive();
    }

    private static void check(boolean holds, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException("cache setting " + name + " cannot be " + value);
        }
    }
}
