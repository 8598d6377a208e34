package io.podidentity.agent.telemetry;

import static java.util.stream.Collectors.joining;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Serves the registry's metrics followed by the reference's series, in place of Quarkus. Always in
 * the text format: OpenMetrics would require counters to end in {@code _total}.
 */
@Singleton
@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class MetricsRoute {

    private static final String PATH = "/metrics";
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";
    private static final int BEFORE_QUARKUS = -1_000;

    // Resolved at scrape time: routes are created before registries.
    private final Instance<PrometheusMeterRegistry> registry;
    private final List<ReferenceSeries> series = new CopyOnWriteArrayList<>();

    MetricsRoute(Instance<PrometheusMeterRegistry> registry) {
        this.registry = registry;
    }

    void serve(@Observes ManagementInterface management) {
        management.router().get(PATH).order(BEFORE_QUARKUS).blockingHandler(this::answer, false);
    }

    /** A counter that is exposed from now on. */
    ReferenceSeries counter(String name, String help, String... labels) {
        ReferenceSeries counter = new ReferenceSeries(name, help, labels);
        series.add(counter);
        return counter;
    }

    private void answer(RoutingContext context) {
        String reference = series.stream().map(ReferenceSeries::text).collect(joining());
        context.response()
                .putHeader("Content-Type", TEXT_FORMAT)
                .end(registry.get().scrape() + reference);
    }
}
