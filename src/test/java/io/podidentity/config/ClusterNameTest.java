package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterNameTest {

    static Stream<String> good() {
        return Stream.of("a", "0", "A-b_9", "c".repeat(100));
    }

    static Stream<String> bad() {
        return Stream.of("", "-a", "_a", "a.b", "a b", "a/b", "ä", "a\n", "c".repeat(101));
    }

    @ParameterizedTest
    @MethodSource("good")
    void takesWhatEksTakes(String name) {
        assertThat(ClusterName.parse(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatEksRefuses(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterName.parse(name))
                .withMessage(
                        "'"
                                + name
                                + "' is not a cluster name; give 1 to 100 letters, digits, - and _,"
                                + " the first a letter or digit");
    }
}
