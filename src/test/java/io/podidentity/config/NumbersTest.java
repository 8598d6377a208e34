package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 80, 2703, 65_535})
    void readsPorts(int port) {
        assertThat(Numbers.port(String.valueOf(port))).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "65536", "80.0", "http", "0x50", "8 0", "99999999999999999"})
    void refusesWhatIsNoPort(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Numbers.port(text))
                .withMessage("'" + text + "' is not a port; give a whole number from 1 to 65535");
    }

    @Test
    void countsMayBeZeroBecauseThatTurnsCachingOff() {
        assertThat(Numbers.count("0")).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Numbers.count("-1"))
                .withMessage("'-1' is not a count; give a whole number from 0 to 1000000");
    }

    @Test
    void ratesMayNotBeZero() {
        assertThat(Numbers.rate("1")).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Numbers.rate("0"))
                .withMessage("'0' is not a rate per second; give a whole number from 1 to 1000000");
    }

    @Test
    void settingsAreRefusedInOneLineWithNameProblemAndRemedy() {
        assertThat(new InvalidSettingException("AWS_REGION", "no region is set", "set it"))
                .hasMessage("AWS_REGION: no region is set; set it");
    }
}
