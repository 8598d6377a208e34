package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.config.AgentConfig;
import io.podidentity.outbound.HttpClient;
import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.faulttolerance.api.ExponentialBackoff;
import io.smallrye.faulttolerance.api.RetryWhen;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;

/** The one method that calls EKS Auth, with its retry and circuit-breaker policy. */
@ApplicationScoped
public class EksAuthCalls {

    /** The circuit breaker's name, for metrics. */
    public static final String BREAKER = "eks-auth";

    /**
     * Calls at once, from all pods of the node; the cache makes no more. A call without a
     * connection would wait for one while its time runs out.
     */
    static final int MAX_CONCURRENT = HttpClient.MAX_CONNECTIONS;

    /** How many tries one call has had. */
    static final ScopedValue<AtomicInteger> TRIES = ScopedValue.newInstance();

    private final EksAuthClient client;
    private final NodeCredentials signer;
    private final String cluster;
    private final EksAuthEvents events;
    private final Failures failures;
    private final Answers answers;

    /** When EKS Auth last answered with credentials, by the system's nano time. */
    private volatile long issuedNanos = System.nanoTime();

    EksAuthCalls(
            EksAuthClient client,
            NodeCredentials signer,
            AgentConfig config,
            EksAuthEvents events,
            Clock clock) {
        this.client = client;
        this.signer = signer;
        this.cluster = config.clusterName();
        this.events = events;
        this.failures = new Failures(cluster, config.endpointTokenFile().isEmpty());
        this.answers = new Answers(clock, failures);
    }

    /**
     * Exchanges a token for credentials: at most three tries of a second, with growing pauses.
     * Throttled calls are repeated by the cache's limiter instead, which knows what else the node
     * needs.
     *
     * @throws CallFailed if EKS Auth gave none
     * @throws InterruptedException from the pause between two tries
     */
    @Retry(maxRetries = 2, delay = 150, jitter = 100, maxDuration = 4_000)
    @RetryWhen(exception = CallFailed.Repeatable.class)
    @ExponentialBackoff(maxDelay = 1_000)
    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.8,
            delay = 2_000,
            successThreshold = 2,
            failOn = CallFailed.Outage.class)
    @CircuitBreakerName(BREAKER)
    @Bulkhead(MAX_CONCURRENT)
    public Issued assume(CredentialRequest request) throws InterruptedException {
        events.tried();
        if (TRIES.isBound() && TRIES.get().getAndIncrement() > 0) {
            events.retried();
        }
        long start = System.nanoTime();
        String result = "Failure";
        try {
            Issued issued = tried(request);
            result = "Success";
            return issued;
        } catch (CallFailed e) {
            result = e.outcome().code();
            events.failed(e.outcome());
            throw e;
        } finally {
            events.ended(result, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /**
     * As {@link #assume}, with a policy of the same parts, for the warm-up: counts nowhere, and
     * says nothing to the breaker about EKS Auth.
     *
     * @throws CallFailed if no credentials were made up
     */
    @Retry(maxRetries = 1)
    @RetryWhen(exception = CallFailed.Repeatable.class)
    @ExponentialBackoff
    @CircuitBreaker(failOn = CallFailed.Outage.class)
    @CircuitBreakerName("warm-up")
    @Bulkhead(MAX_CONCURRENT)
    public Issued warmUp(CredentialRequest request) {
        Progress progress = new Progress();
        try {
            return answers.read(call(request, progress));
        } catch (RuntimeException e) {
            CallFailed failed =
                    e instanceof CallFailed told ? told : failures.of(e, request, progress);
            throw new CallFailed(failed.outcome(), false);
        }
    }

    private AssumeRoleForPodIdentityResponse call(CredentialRequest request, Progress progress) {
        return client.assumeRoleForPodIdentity(
                call ->
                        call.clusterName(cluster)
                                .token(request.token())
                                .overrideConfiguration(progress::of));
    }

    private Issued tried(CredentialRequest request) {
        Progress progress = new Progress();
        long startNanos = System.nanoTime();
        try {
            AssumeRoleForPodIdentityResponse answer = call(request, progress);
            issuedNanos = System.nanoTime();
            signer.accepted();
            return answers.read(answer);
        } catch (CallFailed e) {
            throw e;
        } catch (RuntimeException e) {
            // Not only SdkException: the SDK also throws what its transport and parsers throw.
            CallFailed failed = failures.of(e, request, progress);
            boolean retryable =
                    failed instanceof CallFailed.SignerRefused
                            && (progress.clockDiffers() || signer.refused(startNanos));
            // A call that gets no answer while others do is no outage, but a crowded node.
            boolean crowded = progress.answer() == null && issuedNanos - startNanos > 0;
            throw retryable || crowded ? new CallFailed(failed.outcome(), true) : failed;
        }
    }
}
