package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The packaged agent while EKS Auth throttles. Apart from the table, because it slows the agent
 * down for all pods; and the status is not EKS Auth's own, because Java, Rust and PHP do not ask
 * again after a 429: the agent does it for them.
 */
class ThrottlingIT {

    @Test
    void podIsToldToComeBackAndServedOnceThrottlingEnds() {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent = PackagedAgent.server().endpoint(peer.endpoint()).start()) {
            agent.awaitReady();
            peer.answer("busy", EksAuthAnswers.error(429, "ThrottlingException", "Rate exceeded"));
            String token = TestTokens.of("busy").sign();

            HttpResponse<String> answer = agent.ask(token);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(answer.body()).contains("\"Code\":\"ServiceUnavailableException\"");
            agent.awaitLine("EKS Auth throttles");

            peer.answerAsEksAuth("busy");

            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> agent.ask(token).statusCode() == 200);
            assertThat(agent.stop()).isZero();
        }
    }
}
