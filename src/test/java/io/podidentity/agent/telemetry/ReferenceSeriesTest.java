package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReferenceSeriesTest {

    private final ReferenceSeries series =
            new ReferenceSeries("pod_identity_cache_errors", "help", "type", "code");

    @Test
    void isACounterUnderTheReferencesName() {
        series.increment("Recoverable", "ThrottlingException");
        series.increment("Recoverable", "ThrottlingException");

        assertThat(series.text())
                .isEqualTo(
                        """
                        # HELP pod_identity_cache_errors help
                        # TYPE pod_identity_cache_errors counter
                        pod_identity_cache_errors{type="Recoverable",code="ThrottlingException"} 2.0
                        """);
    }

    @Test
    void hasOneSampleForEachCombinationOfLabels() {
        series.increment("Recoverable", "a");
        series.increment("NonRecoverable", "a");

        assertThat(series.text().lines().filter(line -> !line.startsWith("#")))
                .containsExactlyInAnyOrder(
                        "pod_identity_cache_errors{type=\"Recoverable\",code=\"a\"} 1.0",
                        "pod_identity_cache_errors{type=\"NonRecoverable\",code=\"a\"} 1.0");
    }

    @Test
    void startsAtZeroWhereAsked() {
        series.startingAtZero("Recoverable", "a");
        assertThat(series.text()).endsWith("} 0.0\n");

        series.increment("Recoverable", "a");
        series.startingAtZero("Recoverable", "a");

        assertThat(series.text()).endsWith("} 1.0\n");
    }

    @Test
    void isNotThereBeforeAnythingWasCounted() {
        assertThat(series.text()).isEmpty();
    }

    @Test
    void labelCannotBreakTheFormat() {
        series.increment("a\"} 1\nb{", "\\");

        assertThat(series.text()).endsWith("{type=\"a\\\"} 1\\nb{\",code=\"\\\\\"} 1.0\n");
    }
}
