package io.podidentity.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the alerts and the dashboard ask Prometheus for. */
public final class Queries {

    private static final Pattern SERIES = Pattern.compile("(pod_identity\\w*)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(?:=~|!~|!=|=)\"([^\"]*)\"");
    private static final Pattern GROUPS = Pattern.compile("\\bby \\(([^)]*)\\)");

    private Queries() {}

    /** All of them, as text. */
    public static List<String> all() throws IOException {
        List<String> all = new ArrayList<>(ofAlerts());
        JsonNode dashboard =
                new ObjectMapper()
                        .readTree(Path.of("kubernetes/monitoring/grafana-dashboard.json").toFile());
        for (JsonNode panel : dashboard.get("panels")) {
            panel.get("targets").forEach(target -> all.add(target.get("expr").asText()));
        }
        dashboard
                .at("/templating/list")
                .forEach(
                        variable -> {
                            if (variable.has("definition")) {
                                all.add(variable.get("definition").asText());
                            }
                        });
        return all;
    }

    /** Those of the alerts. */
    public static List<String> ofAlerts() throws IOException {
        String yaml = Files.readString(Path.of("kubernetes/monitoring/prometheus-rule.yaml"));
        return Typed.only(PrometheusRule.class, Typed.read(yaml)).getSpec().getGroups().stream()
                .flatMap(group -> group.getRules().stream())
                .map(rule -> rule.getExpr().getStrVal())
                .toList();
    }

    /** Names of the series in a query. */
    public static Set<String> series(String query) {
        Set<String> names = new TreeSet<>();
        for (Matcher series = SERIES.matcher(query); series.find(); ) {
            names.add(series.group(1));
        }
        return names;
    }

    /** Names of the labels that a query chooses or groups by. */
    public static Set<String> labels(String query) {
        Set<String> names = new TreeSet<>();
        for (Matcher matcher = MATCHER.matcher(query); matcher.find(); ) {
            names.add(matcher.group(1));
        }
        for (Matcher groups = GROUPS.matcher(query); groups.find(); ) {
            names.addAll(List.of(groups.group(1).split(", *")));
        }
        return names;
    }

    /** The values that a query chooses of a label. */
    public static Set<String> values(String query, String label) {
        Set<String> values = new TreeSet<>();
        for (Matcher matcher = MATCHER.matcher(query); matcher.find(); ) {
            if (matcher.group(1).equals(label)) {
                values.addAll(List.of(matcher.group(2).split("\\|")));
            }
        }
        return values;
    }
}
