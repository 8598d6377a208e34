package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class ReferenceSeriesTest {

    private final CollectorRegistry registry = new CollectorRegistry();
    private final ReferenceSeries series =
            ReferenceSeries.in(registry, "pod_identity_http_response", "help", "code");

    @ParameterizedTest
    @ValueSource(strings = {TextFormat.CONTENT_TYPE_004, TextFormat.CONTENT_TYPE_OPENMETRICS_100})
    void keepsTheReferencesNameInBothFormats(String format) throws IOException {
        series.increment("200");
        series.increment("200");
        series.increment("404");
        assertThat(scrape(format))
                .contains("pod_identity_http_response{code=\"200\"", "} 2.0", "{code=\"404\"")
                .contains("# HELP pod_identity_http_response help")
                .doesNotContain("_total", "_created");
    }

    @Test
    void startsAtZeroWhereAsked() throws IOException {
        series.startingAtZero("200");
        assertThat(registry.getSampleValue("pod_identity_http_response", CODE, of("200"))).isZero();
        series.increment("200");
        series.startingAtZero("200");
        assertThat(registry.getSampleValue("pod_identity_http_response", CODE, of("200"))).isOne();
    }

    private static final String[] CODE = {"code"};

    private static String[] of(String value) {
        return new String[] {value};
    }

    private String scrape(String format) throws IOException {
        StringWriter out = new StringWriter();
        TextFormat.writeFormat(format, out, registry.metricFamilySamples());
        return out.toString();
    }
}
