package io.podidentity.agent.telemetry;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * A counter under a name of the reference agent. No registry takes it: they end counters in {@code
 * _total}, and the dashboards that exist would show nothing; as an untyped series, agents such as
 * Datadog's would drop it.
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

    /** Counts one more under these values of the labels, which must be few. */
    void increment(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder()).increment();
    }

    /** Shows the series from the start, before anything was counted. */
    ReferenceSeries startingAtZero(String... labelValues) {
        values.computeIfAbsent(List.of(labelValues), first -> new LongAdder());
        return this;
    }

    /** In Prometheus' text format; nothing before anything was counted. */
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
