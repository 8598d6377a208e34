package io.podidentity.sdks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.sdks.Seen.Reaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What was seen of all families, as the document tells it between two marks. */
final class SdkTables {

    private static final Path DOCUMENT = Path.of("src", "docs", "sdks.md");
    private static final String BEGIN = "<!-- written by SdkConformanceIT: begin -->\n";
    private static final String END = "<!-- written by SdkConformanceIT: end -->\n";

    private final Map<Family, Seen> seen;
    private final Map<Family, Reached> reached;
    private final Map<Family, Crowd> crowds;

    SdkTables(Map<Family, Seen> seen, Map<Family, Reached> reached, Map<Family, Crowd> crowds) {
        this.seen = seen;
        this.reached = reached;
        this.crowds = crowds;
    }

    /** What stands there now. */
    static String written() throws IOException {
        String document = Files.readString(DOCUMENT, UTF_8);
        return document.substring(begin(document), end(document));
    }

    /** Writes it there. */
    void write() throws IOException {
        String document = Files.readString(DOCUMENT, UTF_8);
        Files.writeString(
                DOCUMENT,
                document.substring(0, begin(document))
                        + text()
                        + document.substring(end(document)));
    }

    private static int begin(String document) {
        return document.indexOf(BEGIN) + BEGIN.length();
    }

    private static int end(String document) {
        return document.indexOf(END);
    }

    String text() {
        return "\n"
                + table(reachHeader(), seen.keySet().stream().map(this::reachRow))
                + "\nHow often it asks the agent for one request of the application, when the agent"
                + " answers so or takes 1.5 s\n(**bold** where the request succeeds), and when its"
                + " credentials are good for two minutes more:\n\n"
                + table(askHeader(), seen.keySet().stream().map(this::askRow))
                + "\nWhat the developer sees when the token has expired; `…` is the agent's message,"
                + " `{…}` the whole body:\n\n"
                + table(List.of("SDK", "400"), seen.keySet().stream().map(this::errorRow))
                + "\n";
    }

    private static List<String> reachHeader() {
        return List.of(
                "SDK",
                "version",
                "127.0.0.0/8",
                "::1",
                "169.254.170.23",
                "fd00:ec2::23",
                "past `HTTP_PROXY`",
                "200 at once");
    }

    private List<String> reachRow(Family family) {
        Seen one = seen.get(family);
        Reached real = reached.get(family);
        return List.of(
                family.title(),
                one.version(),
                yes(one.first().succeeded()),
                yes(one.ipv6().succeeded()),
                yes(real.ipv4()),
                real.ipv6() || !real.ipv6Mode() ? yes(real.ipv6()) : "in IPv6 mode",
                real.despiteProxy() || !real.withNoProxy()
                        ? yes(real.despiteProxy())
                        : "with `NO_PROXY`",
                yes(crowds.get(family).attempts().succeeded()));
    }

    private static List<String> askHeader() {
        List<String> header = new ArrayList<>(List.of("SDK"));
        Stream.of(Trouble.values()).map(Trouble::title).forEach(header::add);
        header.addAll(List.of("two minutes left", "message shown for"));
        return header;
    }

    private List<String> askRow(Family family) {
        Seen one = seen.get(family);
        List<String> row = new ArrayList<>(List.of(family.title()));
        for (Trouble trouble : Trouble.values()) {
            Reaction reaction = one.troubles().get(trouble);
            row.add(reaction.succeeded() ? "**" + reaction.asks() + "**" : "" + reaction.asks());
        }
        row.add(nearExpiry(one.asksNearExpiry()));
        row.add(
                String.join(
                        ", ",
                        Stream.of(
                                        Trouble.EXPIRED_TOKEN,
                                        Trouble.WRONG_ADDRESS,
                                        Trouble.NO_ASSOCIATION)
                                .filter(trouble -> one.troubles().get(trouble).shown())
                                .map(Trouble::title)
                                .toList()));
        return row;
    }

    /** Roughly, for some ask in the background and the application does not wait for it. */
    private static String nearExpiry(int asks) {
        return asks <= 1
                ? "not again"
                : "%d a request"
                        .formatted(Math.max(1, Math.round((double) asks / Seen.CALLS_NEAR_EXPIRY)));
    }

    private List<String> errorRow(Family family) {
        String error = seen.get(family).troubles().get(Trouble.EXPIRED_TOKEN).error();
        return List.of(family.title(), "`" + error.replace("|", "\\|").replace("`", "'") + "`");
    }

    private static String yes(boolean it) {
        return it ? "yes" : "no";
    }

    private static String table(List<String> header, Stream<List<String>> rows) {
        StringBuilder table = new StringBuilder(row(header));
        table.append("|---".repeat(header.size())).append("|\n");
        rows.forEach(row -> table.append(row(row)));
        return table.toString();
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
