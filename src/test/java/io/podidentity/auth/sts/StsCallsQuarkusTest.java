package io.podidentity.auth.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.harness.StsPeer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import jakarta.inject.Inject;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/** Calls of STS by the extension's own client, with their fault tolerance. */
@QuarkusTest
@QuarkusTestResource(value = StsPeerResource.class, restrictToAnnotatedClass = true)
class StsCallsQuarkusTest {

    @Inject StsCalls sts;
    @Inject CircuitBreakerMaintenance breakers;
    StsPeer peer;

    @BeforeEach
    void closeTheBreaker() {
        breakers.reset(StsCalls.BREAKER);
    }

    @Test
    void asksTheConfiguredEndpoint() {
        peer.fail();

        assertThat(assume()).isEqualTo("ASIAPEER");

        assertThat(peer.calls()).hasSize(1);
        assertThat(peer.calls().getFirst().body()).contains("Action=AssumeRole");
    }

    @Test
    void triesAgainWhatMayPass() {
        peer.fail(500, 503);

        assertThat(assume()).isEqualTo("ASIAPEER");

        assertThat(peer.calls()).hasSize(3);
    }

    @Test
    void givesUpAfterThreeTries() {
        peer.fail(500, 500, 500);

        assertThat(refusal()).isEqualTo(ErrorType.SERVICE_UNAVAILABLE);
        assertThat(peer.calls()).hasSize(3);
    }

    @Test
    void doesNotAskAgainWhatWasRefused() {
        peer.fail(403);

        assertThat(refusal()).isEqualTo(ErrorType.ACCESS_DENIED);
        assertThat(peer.calls()).hasSize(1);
    }

    @Test
    void throttlingStaysThrottlingAndOpensNoBreaker() {
        for (int i = 0; i < 30; i++) {
            peer.fail(400, 400, 400);
            assertThat(refusal()).isEqualTo(ErrorType.THROTTLING);
        }
        peer.fail();

        assertThat(assume()).isEqualTo("ASIAPEER");
    }

    @Test
    void leavesStsAloneForAMomentWhileItKeepsFailing() {
        for (int i = 0; i < 6; i++) {
            peer.fail(500, 500, 500);
            assertThrows(StsFailed.Outage.class, this::assume);
        }
        peer.fail(500, 500, 500);
        assertThrows(RuntimeException.class, this::assume);
        peer.fail();

        assertThrows(CircuitBreakerOpenException.class, this::assume);

        assertThat(peer.calls()).isEmpty();
    }

    private ErrorType refusal() {
        return assertThrows(StsFailed.class, this::assume).refusal().type();
    }

    private String assume() {
        return AssumeRole.at(sts)
                .assume(
                        AssumeRoleRequest.builder()
                                .roleArn("arn:aws:iam::123456789012:role/r")
                                .roleSessionName("name")
                                .build())
                .credentials()
                .accessKeyId();
    }
}
