package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import io.podidentity.harness.TestTokens;
import io.podidentity.manifests.Queries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the packaged agent logs and counts. */
class TelemetryIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LABEL = Pattern.compile("([A-Za-z_]+)=\"([^\"]*)\"");

    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @BeforeAll
    static void askForThisAndThat() {
        peer = EksAuthPeer.start();
        ContractTable.prepare(peer);
        agent = PackagedAgent.server().endpoint(peer.endpoint()).start().awaitReady();
        List<Exchange> rows =
                ContractTable.rows()
                        .filter(row -> row.upstream() == null || row.name().endsWith("Exception"))
                        .toList();
        for (Exchange row : rows) {
            ask(row);
            ask(ContractTable.good());
        }
    }

    @AfterAll
    static void stop() {
        agent.close();
        peer.close();
    }

    @Test
    void everyLineIsJsonWithTimeLevelAndMessage() throws Exception {
        List<String> lines = agent.stdout();

        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            JsonNode json = JSON.readTree(line);
            assertThat(Instant.parse(json.get("timestamp").textValue())).isNotNull();
            assertThat(json.get("level").textValue())
                    .isIn("TRACE", "DEBUG", "INFO", "WARN", "ERROR");
            assertThat(json.get("message").textValue()).isNotBlank();
        }
        assertThat(agent.stderr()).isEmpty();
    }

    @Test
    void issuedCredentialsAreALineWithItsFacts() throws Exception {
        String pod = "orders-" + System.nanoTime();
        String token = TestTokens.at(Instant.now()).pod("shop", "orders", pod, pod).sign();
        Answer answer =
                ContractTable.ask(
                        () ->
                                RawCall.ask(
                                        "127.0.0.1",
                                        agent.port(),
                                        ContractTable.good().request().token(token)));
        String expiration = JSON.readTree(answer.body()).get("Expiration").textValue();

        JsonNode line = JSON.readTree(agent.awaitLine(pod));

        assertThat(line.get("message").textValue()).isEqualTo("Issued credentials");
        assertThat(line.get("level").textValue()).isEqualTo("INFO");
        JsonNode facts = line.get("mdc");
        assertThat(facts.get("pod").textValue()).isEqualTo(pod);
        assertThat(facts.get("namespace").textValue()).isEqualTo("shop");
        assertThat(facts.get("service-account").textValue()).isEqualTo("orders");
        assertThat(facts.get("association").textValue()).matches("a-[0-9a-f]{17}");
        assertThat(facts.get("role-arn").textValue())
                .startsWith("arn:aws:sts::123456789012:assumed-role/orders/");
        assertThat(facts.get("expiration").textValue()).isEqualTo(expiration);
        assertThat(facts.get("origin").textValue()).isIn("fetched", "joined");
        assertThat(Integer.parseInt(facts.get("duration-ms").textValue())).isNotNegative();
    }

    @Test
    void refusalIsALineWithItsReason() throws Exception {
        Exchange denied =
                ContractTable.rows()
                        .filter(row -> row.name().endsWith("AccessDeniedException"))
                        .findFirst()
                        .orElseThrow();
        // So many refusals went before that this client's have no lines any more.
        try (RawConnection other = new RawConnection("127.0.0.1", agent.port(), "127.0.0.2")) {
            RawCall.ask(other, denied.request(), agent.port());
        }

        JsonNode line = JSON.readTree(agent.awaitLine(": (AccessDeniedException)"));

        assertThat(line.get("level").textValue()).isEqualTo("WARN");
        assertThat(line.get("message").textValue())
                .contains("[" + EksAuthAnswers.REQUEST_ID + "]: (AccessDeniedException)");
        JsonNode facts = line.get("mdc");
        assertThat(facts.get("namespace").textValue()).isEqualTo("shop");
        assertThat(facts.get("service-account").textValue()).isEqualTo("accessdeniedexception");
        assertThat(facts.get("pod").textValue()).isEqualTo("accessdeniedexception-0");
    }

    @Test
    void refusalThatNamesNoPodIsALineWithWhoWasToldWhat() throws Exception {
        JsonNode line = JSON.readTree(agent.awaitLine("through invalid address"));

        assertThat(line.get("level").textValue()).isEqualTo("WARN");
        assertThat(line.get("mdc").get("client").textValue()).isEqualTo("127.0.0.1");
        assertThat(line.get("mdc").get("code").textValue()).isEqualTo("AccessDeniedException");
    }

    @Test
    void referenceSeriesAreCountersUnderTheirNamesWhateverFormatIsAskedFor() {
        for (String format :
                List.of(
                        "text/plain;version=0.0.4",
                        "application/openmetrics-text;version=1.0.0;charset=utf-8")) {
            List<String> samples = samples(format);

            assertThat(samples)
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_http_response\\{code=\"200\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_http_response\\{code=\"400\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_http_response\\{code=\"403\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_http_response\\{code=\"404\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_cache_state\\{state=\"hit\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_cache_state\\{state=\"miss\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_cache_state\\{state=\"evicted\",?} [0-9.]+"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "pod_identity_local_validation\\{result=\"skipped\",?} [0-9.]+"));
            assertThat(samples)
                    .noneMatch(
                            line -> line.matches("pod_identity_(http|cache|local)_\\w*_total.*"));
            assertThat(agent.get(agent.metrics("/metrics"), "Accept", format).headers())
                    .satisfies(
                            headers ->
                                    assertThat(headers.firstValue("Content-Type"))
                                            .hasValueSatisfying(
                                                    type ->
                                                            assertThat(type)
                                                                    .startsWith(
                                                                            "text/plain; version=0.0.4")));
            assertThat(agent.get(agent.metrics("/metrics"), "Accept", format).body().lines())
                    .contains(
                            "# TYPE pod_identity_http_response counter",
                            "# TYPE pod_identity_cache_state counter",
                            "# TYPE pod_identity_local_validation counter");
        }
    }

    @Test
    void answersAreCountedOnceEach() {
        double before = value("pod_identity_http_response{code=\"200\"");
        double misses = value("pod_identity_cache_state{state=\"miss\"");

        int asked = 5;
        for (int i = 0; i < asked; i++) {
            assertThat(ask(ContractTable.good()).status()).isEqualTo(200);
        }

        assertThat(value("pod_identity_http_response{code=\"200\"") - before).isEqualTo(asked);
        assertThat(value("pod_identity_cache_state{state=\"miss\"") - misses)
                .isGreaterThanOrEqualTo(asked);
    }

    @Test
    void ownSeriesStandBesideThem() {
        assertThat(samples("text/plain;version=0.0.4"))
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "pod_identity_agent_eks_auth_duration_seconds_count{result=\"Success\""))
                .anyMatch(line -> line.startsWith("pod_identity_agent_eks_auth_in_flight"))
                .anyMatch(line -> line.startsWith("pod_identity_agent_eks_auth_breaker_open"))
                .anyMatch(line -> line.startsWith("pod_identity_agent_cache_entries"))
                .anyMatch(line -> line.startsWith("pod_identity_agent_build_info{version=\""));
    }

    /** Whose breaker is closed says nothing where no agent runs. */
    @Test
    void authHasNoSeriesOfAnAgentButTheVersion(@TempDir Path folder) throws IOException {
        try (HttpPeer sts = new HttpPeer();
                OwnAuth auth = OwnAuth.start(folder, sts.address())) {
            PackagedAgent process = auth.process();

            assertThat(process.get(process.metrics("/metrics")).body().lines())
                    .filteredOn(line -> line.startsWith("pod_identity_"))
                    .anyMatch(line -> line.startsWith("pod_identity_auth_sts_breaker_open"))
                    .filteredOn(line -> !line.startsWith("pod_identity_auth_"))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("pod_identity_agent_build_info{version=\"");
            assertThat(process.everything()).doesNotContain("already registered");
        }
    }

    /** After a hundred pods and a dozen kinds of failure. */
    @Test
    void noLabelGrowsWithPodsOrFailures() {
        Set<String> labels = new TreeSet<>();
        Set<String> values = new TreeSet<>();
        for (String sample : samples("text/plain;version=0.0.4")) {
            if (sample.startsWith("pod_identity")) {
                for (Matcher label = LABEL.matcher(sample); label.find(); ) {
                    labels.add(label.group(1));
                    values.add(label.group(2));
                }
            }
        }

        assertThat(labels)
                .isSubsetOf(
                        "code", "state", "type", "result", "cause", "le", "version", "reason",
                        "address");
        assertThat(values)
                .hasSizeLessThan(60)
                .noneMatch(value -> value.contains("good") || value.contains("Teapot"));
    }

    static List<String> queries() throws IOException {
        return Queries.all();
    }

    @ParameterizedTest
    @MethodSource("queries")
    void whatAlertsAndDashboardAskForExists(String query) {
        List<String> samples = samples("text/plain;version=0.0.4");

        assertThat(Queries.series(query)).isNotEmpty();
        Set<String> labels = new TreeSet<>();
        // Prometheus' own.
        labels.add("instance");
        for (String series : Queries.series(query)) {
            List<String> found =
                    samples.stream().filter(line -> line.matches(series + "[{ ].*")).toList();
            assertThat(found).as(series).isNotEmpty();
            for (Matcher label = LABEL.matcher(String.join("\n", found)); label.find(); ) {
                labels.add(label.group(1));
            }
        }
        assertThat(labels).containsAll(Queries.labels(query));
    }

    @Test
    void openListenersAreSeenOneByOne() {
        assertThat(samples("text/plain;version=0.0.4"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "pod_identity_agent_listener_open\\{address=\"127.0.0.1\",?} 1.0"));
    }

    private static Answer ask(Exchange row) {
        return ContractTable.ask(() -> RawCall.ask("127.0.0.1", agent.port(), row.request()));
    }

    private static double value(String sample) {
        return samples("text/plain;version=0.0.4").stream()
                .filter(line -> line.startsWith(sample))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }

    private static List<String> samples(String format) {
        return agent.get(agent.metrics("/metrics"), "Accept", format)
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }
}
