package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An agent that nobody asks for anything. */
class RestIT {

    /** It takes one minute or two. */
    private static final Duration LIMIT = Duration.ofMinutes(6);

    @Test
    void garbageOfTheStartIsCollected() {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent =
                        PackagedAgent.server()
                                .verbosity("debug")
                                .memoryOfImage()
                                .endpoint(peer.endpoint())
                                .start()
                                .awaitReady()) {
            await().atMost(LIMIT)
                    .until(() -> agent.everything().contains("Collected garbage at rest"));

            assertThat(agent.ask(TestTokens.of("orders").sign()).statusCode()).isEqualTo(200);
        }
    }
}
