package io.podidentity.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Figures of a bench: printed as they come, and the medians of all rounds as a document's table.
 */
@SuppressWarnings("SystemOut") // It is there to print.
final class Table {

    /** How often everything is measured. */
    static final int ROUNDS = Integer.getInteger("rounds", 3);

    private static final Path DOCUMENT = Path.of("src", "docs", "figures.md");

    private final String bench;
    private final List<String> labels;
    private final List<String> figures;
    private final Map<List<String>, List<double[]>> rows = new LinkedHashMap<>();

    /**
     * @param bench whose table it is; the document has {@code <!-- bench -->} before and after it
     * @param labels names of what tells the rows apart
     * @param figures names of what is measured
     */
    Table(String bench, List<String> labels, List<String> figures) {
        this.bench = bench;
        this.labels = labels;
        this.figures = figures;
        System.out.println(String.join(" | ", labels) + " | " + String.join(" | ", figures));
    }

    void add(List<String> names, double... measured) {
        rows.computeIfAbsent(names, key -> new ArrayList<>()).add(measured);
        System.out.println(row(names, measured));
    }

    /**
     * Replaces the document's table.
     *
     * @throws IllegalStateException if the document has no place for it
     */
    void write() throws IOException {
        String mark = "<!-- " + bench + " -->\n";
        String[] parts = Files.readString(DOCUMENT).split(mark, -1);
        if (parts.length != 3) {
            throw new IllegalStateException(DOCUMENT + " needs two lines " + mark.strip());
        }
        Files.writeString(DOCUMENT, parts[0] + mark + markdown() + mark + parts[2]);
        System.out.println("medians: " + DOCUMENT);
    }

    private String markdown() {
        String head = String.join(" | ", labels) + " | " + String.join(" | ", figures);
        String rounds = "Rounds: " + ROUNDS + "\n\n";
        String line = "|---".repeat(labels.size()) + "|---:".repeat(figures.size());
        return rows.entrySet().stream()
                .map(each -> "| " + row(each.getKey(), medians(each.getValue())) + " |\n")
                .collect(Collectors.joining("", rounds + "| " + head + " |\n" + line + "|\n", ""));
    }

    private double[] medians(List<double[]> rounds) {
        return IntStream.range(0, figures.size())
                .mapToDouble(
                        figure ->
                                rounds.stream()
                                        .mapToDouble(round -> round[figure])
                                        .sorted()
                                        .toArray()[rounds.size() / 2])
                .toArray();
    }

    private static String row(List<String> names, double[] measured) {
        return String.join(" | ", names)
                + IntStream.range(0, measured.length)
                        .mapToObj(i -> " | " + number(measured[i]))
                        .collect(Collectors.joining());
    }

    private static String number(double figure) {
        String format = figure == Math.rint(figure) ? "%.0f" : figure < 1 ? "%.3f" : "%.2f";
        return String.format(Locale.ROOT, format, figure);
    }
}
