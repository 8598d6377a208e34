package io.podidentity.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.eksauth.EksAuthCalls;
import io.podidentity.agent.eksauth.EksAuthEvents;
import io.podidentity.agent.server.HttpEvents;
import io.podidentity.config.ServerStart;
import io.podidentity.config.Version;
import io.podidentity.token.ServiceAccountToken;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Metrics of other packages' events. Labels are few: never a pod, token or role. */
@Singleton
@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class AgentMetrics implements HttpEvents, EksAuthEvents {

    private static final String PREFIX = "pod_identity_agent_";

    // Not Micrometer's global one, which keeps the gauges of an application that a test or live
    // reload has ended.
    private final PrometheusMeterRegistry registry;
    private final IssuanceLog log;
    private final LastErrors errors;
    private final PodEvents podEvents;
    private final ReferenceSeries responses;
    private final AtomicInteger inFlight = new AtomicInteger();

    AgentMetrics(
            PrometheusMeterRegistry registry,
            MetricsRoute metrics,
            IssuanceLog log,
            LastErrors errors,
            PodEvents podEvents) {
        this.registry = registry;
        this.errors = errors;
        this.podEvents = podEvents;
        this.log = log;
        this.responses =
                metrics.counter(
                        "pod_identity_http_response", "Pod Identity http response code", "code");
        Gauge.builder(PREFIX + "build_info", () -> 1)
                .description("The version that runs")
                .tag("version", Version.current())
                .register(registry);
    }

    /** The series of an agent, which {@code auth} is not: the first pod must not wait for them. */
    void start(@Observes ServerStart started, CircuitBreakerMaintenance breakers) {
        Gauge.builder(PREFIX + "eks_auth_in_flight", inFlight, AtomicInteger::get)
                .description("Calls to EKS Auth under way")
                .register(registry);
        Gauge.builder(
                        PREFIX + "eks_auth_breaker_open",
                        breakers,
                        all ->
                                all.currentState(EksAuthCalls.BREAKER) == CircuitBreakerState.CLOSED
                                        ? 0
                                        : 1)
                .description("1 while calls to EKS Auth are held back because it keeps failing")
                .register(registry);
        retries();
        timer("Success");
    }

    @Override
    public boolean hitsAreLogged() {
        return log.hitsAreLogged();
    }

    @Override
    public void issued(ServiceAccountToken token, Issued issued, Origin origin, Duration took) {
        log.issued(token, issued, origin, took);
    }

    @Override
    public void refused(
            ServiceAccountToken token, CredentialOutcome outcome, String client, Duration took) {
        log.refused(token, outcome, client, took);
        podEvents.refused(token, outcome);
    }

    @Override
    public void unreadable(String code, String message, String client) {
        log.unreadable(code, message, client);
    }

    @Override
    public void answered(int status) {
        responses.increment(String.valueOf(status));
    }

    @Override
    public void tried() {
        inFlight.incrementAndGet();
    }

    @Override
    public void failed(Failed failure) {
        errors.add(failure);
    }

    @Override
    public void retried() {
        retries().increment();
    }

    @Override
    public void ended(String result, Duration took) {
        inFlight.decrementAndGet();
        timer(ErrorCodes.bounded(result)).record(took);
    }

    private Counter retries() {
        return Counter.builder(PREFIX + "eks_auth_retries")
                .description("Tries that repeated one which failed")
                .register(registry);
    }

    private Timer timer(String result) {
        return Timer.builder(PREFIX + "eks_auth_duration")
                .description("Tries to get credentials from EKS Auth")
                .tag("result", result)
                .serviceLevelObjectives(
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1))
                .register(registry);
    }
}
