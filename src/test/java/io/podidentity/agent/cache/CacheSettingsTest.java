package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "-PT1S, 1, 1, PT1S, 1, 1, 1, 1, 1, retention",
        "PT1S, -1, 1, PT1S, 1, 1, 1, 1, 1, size",
        "PT1S, 1, 0, PT1S, 1, 1, 1, 1, 1, renewalsPerSecond",
        "PT1S, 1, 1, PT0S, 1, 1, 1, 1, 1, clientTimeout",
        "PT1S, 1, 1, PT1S, 0, 1, 1, 1, 1, firstFetches",
        "PT1S, 1, 1, PT1S, 1, 0, 1, 1, 1, concurrentFetches",
        "PT1S, 1, 1, PT1S, 1, 1, 0, 1, 1, waitingFetches",
        "PT1S, 1, 1, PT1S, 1, 1, 1, 0, 1, perClient",
        "PT1S, 1, 1, PT1S, 1, 1, 1, 1, 0, burstPerClient",
    })
    void whatCannotBeIsRefusedByItsName(
            Duration retention,
            int size,
            int renewals,
            Duration timeout,
            int first,
            int concurrent,
            int waiting,
            int perClient,
            int burst,
            String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new CacheSettings(
                                        retention,
                                        size,
                                        renewals,
                                        timeout,
                                        first,
                                        concurrent,
                                        waiting,
                                        perClient,
                                        burst))
                .withMessageContaining("cache setting " + name);
    }

    @Test
    void leastOfEachIsAllowed() {
        assertThatNoException()
                .isThrownBy(
                        () ->
                                new CacheSettings(
                                        Duration.ZERO, 0, 1, Duration.ofNanos(1), 1, 1, 1, 1, 1));
    }

    @ParameterizedTest
    @CsvSource({"PT3H, 2000, true", "PT0S, 2000, false", "PT3H, 0, false"})
    void nothingIsKeptForNoTimeOrInNoEntries(Duration retention, int size, boolean caching) {
        assertThat(CacheSettings.of(retention, size, 3).caching()).isEqualTo(caching);
    }
}
