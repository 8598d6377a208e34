package io.podidentity.doctor;

import io.podidentity.config.BindHost;
import io.podidentity.outbound.HttpAnswer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** What the running agent says of itself. */
record AgentState(int probePort, BindHost metricsAddress, int metricsPort) {

    private static final int OK = 200;
    private static final String START = "start the agent, or see its log for why it has ended";
    private static final Pattern FIGURE =
            Pattern.compile(
                    "pod_identity_agent_(cache_entries(?:_overdue)?|cache_fetches_(?:running|waiting|allowed)"
                            + "|eks_auth_(?:in_flight|breaker_open))(?:\\{.*})? ([-0-9.Ee]+)");

    Finding readiness() {
        try {
            HttpAnswer answer = Http.get(URI.create("http://127.0.0.1:" + probePort + "/readyz"));
            List<String> says = new ArrayList<>();
            for (Object check : list(JsonUtil.parseJson(answer.read()).get("checks"))) {
                map(map(check).get("data")).forEach((what, value) -> says.add(what + ": " + value));
            }
            String seen = String.join(", ", says);
            return answer.status() == OK
                    ? Finding.ok("ready; " + seen)
                    : Finding.fail(
                            "not ready; " + seen,
                            "mend the listener that is named; where they answer and it is not"
                                    + " warm, wait some seconds");
        } catch (IOException e) {
            return Finding.fail(
                    "nobody answers at its probe port %d (%s)".formatted(probePort, Report.text(e)),
                    START);
        } catch (JoseException e) {
            return Finding.fail(
                    "something else answers at the probe port " + probePort,
                    "stop it, or give the agent another --probe-port");
        }
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    Finding figures() {
        String address = metricsAddress.local().inUrl();
        try {
            return figures(
                    Http.get(URI.create("http://" + address + ":" + metricsPort + "/metrics"))
                            .read());
        } catch (IOException e) {
            return Finding.skipped(
                    "no metrics at %s:%d (%s)".formatted(address, metricsPort, Report.text(e)));
        }
    }

    static Finding figures(String metrics) {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (String line : metrics.lines().toList()) {
            Matcher figure = FIGURE.matcher(line);
            if (figure.matches()) {
                figures.put(figure.group(1).replace('_', ' '), Double.valueOf(figure.group(2)));
            }
        }
        if (figures.isEmpty()) {
            return Finding.skipped("they are not those of this agent");
        }
        String seen =
                String.join(
                        ", ",
                        figures.entrySet().stream()
                                .map(each -> "%s %.0f".formatted(each.getKey(), each.getValue()))
                                .sorted()
                                .toList());
        if (figures.getOrDefault("eks auth breaker open", 0.0) > 0) {
            return Finding.fail(
                    seen, "EKS Auth kept failing: see the way to it (the checks of EKS Auth)");
        }
        return figures.getOrDefault("cache entries overdue", 0.0) > 0
                ? Finding.fail(
                        seen,
                        "credentials that are used are not renewed: see pod_identity_cache_errors"
                                + " and the agent's log")
                : Finding.ok(seen);
    }
}
