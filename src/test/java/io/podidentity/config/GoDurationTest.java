package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases are those of the tests of Go's {@code time.ParseDuration}. */
class GoDurationTest {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "+0, PT0S",
        "0s, PT0S",
        "3h, PT3H",
        "90s, PT1M30S",
        "1h30m, PT1H30M",
        "30m1h, PT1H30M",
        "1.5h, PT1H30M",
        ".5s, PT0.5S",
        "1.s, PT1S",
        "5.0s, PT5S",
        "+5s, PT5S",
        "+5h30m, PT5H30M",
        "100ms, PT0.1S",
        "1us, PT0.000001S",
        "1µs, PT0.000001S",
        "1μs, PT0.000001S",
        "10ns, PT0.00000001S",
        "0.9ns, PT0S",
        "1h2m3s4ms5us6ns, PT1H2M3.004005006S",
        "39h9m14.425s, PT39H9M14.425S",
        "0.100000000000000000000h, PT6M",
        "9007199254740993ns, PT2501H59M59.254740993S",
        "9223372036854775807ns, PT2562047H47M16.854775807S",
        "9223372036854775.807us, PT2562047H47M16.854775807S",
    })
    void readsWhatGoReads(String text, Duration duration) {
        assertThat(GoDuration.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "3.5",
                "+",
                "-",
                "h",
                ".",
                "+.",
                ".s",
                "+.s",
                "1d",
                "1w",
                "1y",
                "1x",
                "1H",
                " 1h",
                "1h ",
                "1 h",
                "1h,30m",
                "1h-5m",
                "1h+5m",
                "++1h",
                "1.5.5s",
                "1..5s",
                "1e3s",
                "0x1s",
                "1_000s",
                "PT1H",
                "infinite",
                "\u0663s",
                "5m3",
                "3000000h",
                "9223372036854775808ns",
                "9223372036854775.808us",
                "9223372036854ms775us808ns"
            })
    void refusesWhatGoRefuses(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5s", "-1h30m", "-0.1s"})
    void refusesNegativeDurationsWhichGoReads(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5_000})
    void refusesLongNonsenseWithoutTryingForLong(int length) {
        assertRefused("1.".repeat(length));
        assertRefused("1".repeat(length));
        assertRefused("1m".repeat(length) + "1");
    }

    private static void assertRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse(text))
                .withMessage(
                        "'"
                                + text
                                + "' is not a duration; give one such as 3h, 1h30m or 90s, or 0");
    }
}
