package io.podidentity.auth.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.podidentity.auth.associations.Associations.Freshness;
import io.podidentity.auth.injection.InjectionEvents;
import io.podidentity.auth.sts.StsCalls;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import java.time.Duration;
import java.util.function.Supplier;

/** Metrics of {@code auth}. */
public final class AuthMetrics implements AuthEvents, InjectionEvents {

    private static final String PREFIX = "pod_identity_auth_";

    private final MeterRegistry registry;

    public AuthMetrics(
            MeterRegistry registry,
            CircuitBreakerMaintenance breakers,
            Supplier<Freshness> associations) {
        this.registry = registry;
        Gauge.builder(
                        PREFIX + "associations_current",
                        () -> associations.get() == Freshness.CURRENT ? 1 : 0)
                .description(
                        "1 while associations are known as they are; 0 before they are read, and"
                                + " while the API server that has them is away")
                .register(registry);
        Gauge.builder(
                        PREFIX + "sts_breaker_open",
                        breakers,
                        all ->
                                all.currentState(StsCalls.BREAKER) == CircuitBreakerState.CLOSED
                                        ? 0
                                        : 1)
                .description("1 while calls to STS are held back because it keeps failing")
                .register(registry);
        var _ = timer("Success");
    }

    @Override
    public void exchanged(String result, Duration took) {
        timer(result).record(took);
    }

    @Override
    public void reviewed(Result result) {
        Counter.builder(PREFIX + "pods_reviewed")
                .description("Pods that the webhook was asked about")
                .tag("result", result.code())
                .register(registry)
                .increment();
    }

    /** The results are the codes of a service model, and so are few. */
    private Timer timer(String result) {
        return Timer.builder(PREFIX + "exchange_duration")
                .description("Tokens exchanged or refused")
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
