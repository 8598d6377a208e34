package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorCodesTest {

    @ParameterizedTest
    @ValueSource(strings = {"Success", "AccessDeniedException", "ThrottlingException"})
    void whatTheModelNamesKeepsItsName(String code) {
        assertThat(ErrorCodes.bounded(code)).isEqualTo(code);
    }

    @Test
    void allThatPeersMakeUpIsOneValue() {
        Set<String> values = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            values.add(ErrorCodes.bounded("Garbage" + i));
        }
        values.add(ErrorCodes.bounded(""));
        values.add(ErrorCodes.bounded("accessdeniedexception"));
        assertThat(values).containsExactly("Unknown");
    }
}
