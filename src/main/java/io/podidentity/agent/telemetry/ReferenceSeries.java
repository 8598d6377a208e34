package io.podidentity.agent.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters under the reference agent's names. Micrometer would end them in {@code _total}, and the
 * dashboards that exist would show nothing.
 */
final class ReferenceSeries extends Collector {

    private final String name;
    private final String help;
    private final List<String> labels;
    private final Map<List<String>, LongAdder> values = new ConcurrentHashMap<>();

    private ReferenceSeries(String name, String help, List<String> labels) {
        this.name = name;
        this.help = help;
        this.labels = labels;
    }

    static ReferenceSeries in(
            CollectorRegistry registry, String name, String help, String... labels) {
        ReferenceSeries series = new ReferenceSeries(name, help, List.of(labels));
        registry.register(series);
        return series;
    }

    /** Counts one more under these values of the labels, which must be few. */
    void increment(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder()).increment();
    }

    /** Shows the series from the start, before anything was counted. */
    ReferenceSeries startingAtZero(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder());
        return this;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        List<MetricFamilySamples.Sample> samples = new ArrayList<>();
        values.forEach(
                (value, count) ->
                        samples.add(
                                new MetricFamilySamples.Sample(name, labels, value, count.sum())));
        // Not COUNTER: the text format would then name the family ..._total.
        return List.of(new MetricFamilySamples(name, Type.UNKNOWN, help, samples));
    }
}
