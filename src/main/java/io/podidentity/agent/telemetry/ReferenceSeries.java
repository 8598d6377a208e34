package io.podidentity.agent.telemetry;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * A counter under a name of the reference agent. Registries do not support it: they append {@code
 * _total}, which existing dashboards would not find; and collectors such as Datadog's drop untyped
 * series.
 */
final class ReferenceSeries {

    private final String name;
    private final String help;
    private final List<String> labels;
    private final Map<List<String>, LongAdder> values = new ConcurrentHashMap<>();

    ReferenceSeries(String name, String help, String... labels) {
        this.name = name;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** Increments the counter for these label values, which must be few. */
    void increment(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder()).increment();
    }

    /** Exposes the series at zero, before anything was counted. */
    ReferenceSeries startingAtZero(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder());
        return this;
    }

    /** In Prometheus' text format; empty before anything was counted. */
    String text() {
        return values.isEmpty()
                ? ""
                : "# HELP %s %s\n# TYPE %1$s counter\n".formatted(name, help)
                        + values.entrySet().stream()
                                .map(each -> sample(each.getKey(), each.getValue().doubleValue()))
                                .collect(joining());
    }

    private String sample(List<String> labelValues, double value) {
        return IntStream.range(0, labels.size())
                .mapToObj(i -> labels.get(i) + "=\"" + escaped(labelValues.get(i)) + "\"")
                .collect(joining(",", name + "{", "} " + value + "\n"));
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
