package io.podidentity.agent.eksauth;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.config.AgentConfig;
import io.podidentity.harness.HttpPeer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;

/** A node without a role is told apart from an EKS Auth that is away. */
class SigningFailureTest {

    private final HttpPeer peer = new HttpPeer();

    @AfterEach
    void stop() throws IOException {
        peer.close();
    }

    @Test
    void missingCredentialsAreToldAsSuchWhateverTheProviderThrows() {
        for (RuntimeException thrown :
                new RuntimeException[] {
                    SdkClientException.create("Profile file contained no credentials"),
                    new IllegalArgumentException("Unable to parse 'secret'"),
                }) {
            assertThat(
                            fetch(
                                    () -> {
                                        throw thrown;
                                    }))
                    .isEqualTo(
                            new Failed(
                                    "NoSigningCredentials",
                                    503,
                                    false,
                                    "The agent has no AWS credentials of its own to sign with",
                                    null));
        }
        assertThat(peer.requests()).isEmpty();
    }

    @Test
    void credentialsThatTakeTooLongAreNotBlamedOnEksAuth() {
        CountDownLatch never = new CountDownLatch(1);
        CredentialOutcome outcome =
                fetch(
                        () -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            throw new IllegalStateException("nobody interrupts");
                        });
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed ->
                                assertThat(failed.message())
                                        .isEqualTo(
                                                "The agent did not get AWS credentials of its own"
                                                        + " in time"));
    }

    private CredentialOutcome fetch(AwsCredentialsProvider provider) {
        AgentConfig config = TestConfig.with(Map.of("agent.endpoint", peer.address().toString()));
        NodeCredentials signer =
                new NodeCredentials(
                        () -> provider, old -> {}, Duration.ofMillis(200), System::nanoTime);
        try (EksAuthClient client =
                AwsClients.builder(config)
                        .region(Region.EU_WEST_1)
                        .credentialsProvider(signer)
                        .httpClient(UrlConnectionHttpClient.create())
                        .build()) {
            EksAuthEvents nobody =
                    new EksAuthEvents() {
                        @Override
                        public void tried() {}

                        @Override
                        public void ended(String result, Duration took) {}
                    };
            return new EksAuthSource(
                            new EksAuthCalls(client, signer, config, nobody, Clock.systemUTC()))
                    .fetch(new CredentialRequest("token", null));
        }
    }
}
