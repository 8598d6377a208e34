package io.podidentity.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.config.ServerStart;
import io.podidentity.guard.RefusalLines;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Metrics of the cache's events, and log lines for its changes of state. */
@Singleton
@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class CacheMetrics implements CacheEvents {

    private static final Logger LOG = Logger.getLogger(CacheMetrics.class);
    private static final String PREFIX = "pod_identity_agent_cache_";

    // Not Micrometer's global one, which keeps the gauges of an application that a test or live
    // reload has ended.
    private final PrometheusMeterRegistry registry;
    private final ReferenceSeries state;
    private final ReferenceSeries errors;
    private final ReferenceSeries validations;
    private final Counter hits;

    CacheMetrics(PrometheusMeterRegistry registry, MetricsRoute metrics) {
        this.registry = registry;
        this.state =
                metrics.counter(
                                "pod_identity_cache_state",
                                "Requests answered from memory or not, and entries evicted",
                                "state")
                        .startingAtZero("hit")
                        .startingAtZero("miss")
                        .startingAtZero("evicted");
        this.errors =
                metrics.counter(
                        "pod_identity_cache_errors", "Renewals that failed", "type", "code");
        this.validations =
                metrics.counter(
                                "pod_identity_local_validation",
                                "Changed tokens of cached pods, by what verifying them found",
                                "result")
                        .startingAtZero("success")
                        .startingAtZero("failure")
                        .startingAtZero("skipped");
        this.hits = requests("hit");
        // From zero on, so that the first one is seen as an increase.
        renewals("success");
        renewals("failure");
        Stream.of(Eviction.values()).forEach(this::evictions);
    }

    void gauges(@Observes ServerStart started, CredentialCache cache) {
        gauge("entries", "Pods with credentials in memory", cache, CredentialCache::entries);
        gauge(
                "fetches_running",
                "Calls to EKS Auth that the cache waits for",
                cache,
                CredentialCache::fetchesRunning);
        gauge(
                "fetches_waiting",
                "Fetches that wait for their turn",
                cache,
                CredentialCache::fetchesWaiting);
        gauge(
                "fetches_allowed",
                "Calls to EKS Auth that may be out at once, less while it throttles",
                cache,
                CredentialCache::fetchesAllowed);
        gauge(
                "entries_overdue",
                "Pods that ask and whose credentials are near their end, not renewed in time",
                cache,
                CredentialCache::overdue);
        gauge(
                "next_expiry_timestamp_seconds",
                "When the first of the entries expires; 0 without entries",
                cache,
                held -> held.nextExpiry().map(at -> (double) at.getEpochSecond()).orElse(0.0));
    }

    @Override
    public void hit() {
        state.increment("hit");
        hits.increment();
    }

    @Override
    public void missed() {
        state.increment("miss");
        requests("miss").increment();
    }

    @Override
    public void joined() {
        requests("join").increment();
    }

    @Override
    public void rejected(Reason reason) {
        requests(lower(reason)).increment();
    }

    @Override
    public void verified(Verification result) {
        validations.increment(
                switch (result) {
                    case GENUINE -> "success";
                    case REFUSED -> "failure";
                    case UNVERIFIABLE -> "skipped";
                });
    }

    @Override
    public void renewed(@Nullable PodIdentity pod, boolean otherRole) {
        renewals("success").increment();
        if (otherRole) {
            LOG.infof("The association of %s names another role now", name(pod));
        }
    }

    @Override
    public void renewalFailed(
            @Nullable PodIdentity pod, Failed failure, int inARow, boolean dropped) {
        renewals("failure").increment();
        errors.increment(
                failure.permanent() ? "NonRecoverable" : "Recoverable",
                ErrorCodes.bounded(failure.code()));
        if (dropped) {
            LOG.warnf(
                    "Credentials of %s dropped: %s",
                    name(pod), RefusalLines.shortened(failure.message()));
        } else if (inARow == 1) {
            LOG.warnf(
                    "Credentials of %s not renewed, the held ones serve on: %s",
                    name(pod), RefusalLines.shortened(failure.message()));
        }
    }

    @Override
    public void renewalSkipped(@Nullable PodIdentity pod, Skip why) {
        renewals("skipped_" + lower(why)).increment();
    }

    @Override
    public void evicted(Eviction cause) {
        state.increment("evicted");
        evictions(cause).increment();
    }

    @Override
    public void slowedDown(int calls, Duration pause) {
        LOG.warnf(
                "EKS Auth throttles: going on after %d ms with at most %d calls at once",
                pause.toMillis(), calls);
    }

    @Override
    public void recovered() {
        LOG.info("EKS Auth no longer throttles");
    }

    @Override
    public void broke(Throwable bug) {
        LOG.error("The cache failed; the request was answered with an error", bug);
    }

    private Counter requests(String result) {
        return Counter.builder(PREFIX + "requests")
                .tag("result", result)
                .description("Requests with a readable token, by how the cache answered")
                .register(registry);
    }

    private Counter renewals(String result) {
        return Counter.builder(PREFIX + "renewals")
                .tag("result", result)
                .description("Renewals that were due, by what became of them")
                .register(registry);
    }

    private Counter evictions(Eviction cause) {
        return Counter.builder(PREFIX + "evictions")
                .tag("cause", lower(cause))
                .description("Entries that went, by cause")
                .register(registry);
    }

    private void gauge(
            String name,
            String description,
            CredentialCache cache,
            ToDoubleFunction<CredentialCache> value) {
        Gauge.builder(PREFIX + name, cache, value).description(description).register(registry);
    }

    private static String name(@Nullable PodIdentity pod) {
        return pod == null ? "a token without a pod" : pod.namespace() + "/" + pod.podName();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
