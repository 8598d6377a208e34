package io.podidentity.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The harness itself: the agent starts, serves and stops as it would on a node. */
class PackagedAgentIT {

    @Test
    void servesOnEveryBindHostAndEndsWithZero() {
        try (EksAuthPeer peer = EksAuthPeer.start();
                PackagedAgent agent = PackagedAgent.server().endpoint(peer.endpoint()).start()) {
            agent.awaitReady();

            for (String host : new String[] {"127.0.0.1", "127.0.0.2", "[::1]"}) {
                String token = TestTokens.at(Instant.now().minusSeconds(5)).sign();
                assertThat(agent.get(agent.credentials(host), "Authorization", token).statusCode())
                        .isEqualTo(200);
            }
            assertThat(agent.stop()).isZero();
            assertThat(agent.stderr()).isEmpty();
        }
    }

    @Test
    void runsOtherCommands() {
        try (PackagedAgent version = PackagedAgent.command("version").start()) {
            assertThat(version.exitCode()).isZero();
            assertThat(version.stdout()).hasSize(1);
        }
    }
}
