package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.telemetry.LastErrors.LastError;
import io.podidentity.harness.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LastErrorsTest {

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T04:00:00Z"));
    private final LastErrors errors = new LastErrors(clock);

    @Test
    void eachKindHasItsLastAndTheNewestComesFirst() {
        add("AccessDeniedException", "first");
        add("ThrottlingException", "slow down");
        add("AccessDeniedException", "last");

        assertThat(errors.all())
                .containsExactly(
                        new LastError("AccessDeniedException", 2, clock.instant(), "last"),
                        new LastError(
                                "ThrottlingException",
                                1,
                                clock.instant().minusSeconds(1),
                                "slow down"));
    }

    @Test
    void kindsThatThePeerMakesUpAreOne() {
        for (int i = 0; i < 100; i++) {
            add("Code" + i, "text");
        }

        assertThat(errors.all())
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.code()).isEqualTo("Unknown");
                            assertThat(each.count()).isEqualTo(100);
                        });
    }

    private void add(String code, String message) {
        clock.advance(Duration.ofSeconds(1));
        errors.add(new Failed(code, 400, false, message, null));
    }
}
