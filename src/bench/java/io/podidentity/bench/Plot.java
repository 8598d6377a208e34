package io.podidentity.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A day of calls per second as an SVG, the rate on a logarithmic scale. */
final class Plot {

    private static final int WIDTH = 960;
    private static final int HEIGHT = 400;
    private static final int LEFT = 60;
    private static final int BOTTOM = 40;
    private static final double DECADES = 5;
    private static final List<String> COLOURS = List.of("#c0392b", "#2471a3");

    private Plot() {}

    static String svg(String title, Map<String, int[]> lines, int limit) {
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>%n"
                        .formatted(LEFT + WIDTH + 20, HEIGHT + BOTTOM + 30));
        svg.append("<rect width='100%' height='100%' fill='white'/>\n");
        svg.append(text(LEFT, 16, title + " (highest of each minute)", "black"));
        for (int decade = 0; decade <= DECADES; decade++) {
            int rate = (int) Math.pow(10, decade);
            svg.append(line(y(rate), "#ddd")).append(text(4, y(rate) + 4, "" + rate, "black"));
        }
        for (int hour = 0; hour <= 24; hour += 3) {
            svg.append(text(x(hour * 60), HEIGHT + BOTTOM + 14, hour + " h", "black"));
        }
        svg.append(line(y(limit), "#888"));
        int colour = 0;
        for (Map.Entry<String, int[]> line : lines.entrySet()) {
            String stroke = COLOURS.get(colour);
            svg.append(polyline(line.getValue(), stroke));
            svg.append(text(LEFT + 300 + 120 * colour, 34, line.getKey(), stroke));
            colour++;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String polyline(int[] rates, String stroke) {
        String points =
                IntStream.range(0, rates.length)
                        .mapToObj(minute -> x(minute) + "," + y(rates[minute]))
                        .collect(Collectors.joining(" "));
        return "<polyline fill='none' stroke='%s' points='%s'/>%n".formatted(stroke, points);
    }

    private static String line(int y, String stroke) {
        return "<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='%s'/>%n"
                .formatted(LEFT, LEFT + WIDTH, y, y, stroke);
    }

    private static String text(int x, int y, String text, String fill) {
        return "<text x='%d' y='%d' fill='%s'>%s</text>%n".formatted(x, y, fill, text);
    }

    private static int x(int minute) {
        return LEFT + minute * WIDTH / (24 * 60);
    }

    private static int y(int rate) {
        return BOTTOM + HEIGHT - (int) (HEIGHT * Math.log10(Math.max(1, rate)) / DECADES);
    }
}
