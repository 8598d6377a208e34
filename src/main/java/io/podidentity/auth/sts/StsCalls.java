package io.podidentity.auth.sts;

import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.faulttolerance.api.ExponentialBackoff;
import jakarta.inject.Singleton;
import java.util.function.Function;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;
import software.amazon.awssdk.services.sts.StsClient;

/** The one method that calls STS, with its retry and circuit-breaker policy. */
@Singleton
public class StsCalls {

    /** The circuit breaker's name, for metrics. */
    public static final String BREAKER = "sts";

    /** Calls at once, for all pods of all clusters. */
    static final int MAX_CONCURRENT = 256;

    private final StsClient client;

    StsCalls(StsClient client) {
        this.client = client;
    }

    /**
     * Calls STS. Generic, so that an agent, which has this bean too but never calls it, loads none
     * of the classes of requests and answers.
     *
     * @throws StsFailed if STS gave no session
     */
    @Retry(
            maxRetries = 2,
            delay = 100,
            jitter = 50,
            maxDuration = 3_000,
            retryOn = StsFailed.Passing.class)
    @ExponentialBackoff(maxDelay = 500)
    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.8,
            delay = 1_000,
            successThreshold = 2,
            failOn = StsFailed.Outage.class)
    @CircuitBreakerName(BREAKER)
    @Bulkhead(MAX_CONCURRENT)
    public <T> T call(Function<StsClient, T> call) {
        return call.apply(client);
    }
}
