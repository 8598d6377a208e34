package io.podidentity.agent.eksauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** What becomes of the node's credentials once EKS Auth refuses them. */
class NodeCredentialsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final AtomicLong nanos = new AtomicLong();
    private final List<Provider> made = new ArrayList<>();
    private final NodeCredentials node =
            new NodeCredentials(
                    () -> {
                        made.add(new Provider("KEY" + made.size()));
                        return made.getLast();
                    },
                    old -> ((Provider) old).close(),
                    TIMEOUT,
                    nanos::get);

    @Test
    void refusedCredentialsAreLookedUpAnewAtOnce() {
        assertThat(key()).isEqualTo("KEY0");

        assertThat(node.refused(nanos.get())).isTrue();

        assertThat(key()).isEqualTo("KEY1");
        assertThat(made.getFirst().closed).isTrue();
    }

    @Test
    void acceptedCredentialsAreKept() {
        for (int call = 0; call < 100; call++) {
            assertThat(key()).isEqualTo("KEY0");
            node.accepted();
            pass(Duration.ofMinutes(1));
        }
    }

    @Test
    void callsOfABurstShareALookUp() {
        for (int call = 0; call < 100; call++) {
            assertThat(key()).isEqualTo("KEY0");
            pass(Duration.ofMillis(1));
        }
        assertThat(made.getFirst().lookUps).hasValue(1);

        pass(Duration.ofSeconds(1));
        key();
        assertThat(made.getFirst().lookUps).hasValue(2);
    }

    @Test
    void callsSignedBeforeTheLookUpShareIt() {
        long begun = nanos.get();
        pass(Duration.ofMillis(100));
        for (int call = 0; call < 100; call++) {
            assertThat(node.refused(begun)).isTrue();
        }
        assertThat(key()).isEqualTo("KEY1");
    }

    @Test
    void refusalThatLastsIsLookedIntoEverMoreSeldom() {
        refuseForAnHour();

        assertThat(made).hasSizeBetween(10, 20);
    }

    @Test
    void refusalAfterASuccessIsLookedIntoSoonAgain() {
        refuseForAnHour();
        int before = made.size();
        node.accepted();
        pass(Duration.ofSeconds(5));

        assertThat(node.refused(nanos.get())).isTrue();
        key();
        assertThat(made).hasSize(before + 1);
    }

    @Test
    void lookUpThatFailsIsTriedAgainByTheNextCall() {
        List<AwsCredentialsProvider> providers =
                new ArrayList<>(List.of(new Provider("OLD"), new Provider("NEW")));
        NodeCredentials failing =
                new NodeCredentials(
                        () -> {
                            if (providers.isEmpty()) {
                                throw SdkClientException.create("STS is away");
                            }
                            return providers.removeFirst();
                        },
                        old -> {},
                        TIMEOUT,
                        nanos::get);
        providers.clear();
        failing.refused(nanos.get());
        assertThatThrownBy(failing::resolveCredentials).isInstanceOf(NodeCredentials.Missing.class);

        providers.add(new Provider("NEW"));
        assertThat(failing.resolveCredentials().accessKeyId()).isEqualTo("NEW");
    }

    @Test
    void metadataIsAskedAgainLongBeforeWhatItGaveExpires() throws IOException {
        try (HttpPeer metadata = new HttpPeer()) {
            metadata.answer(metadata("STALE"));
            NodeCredentials instance =
                    new NodeCredentials(
                            () ->
                                    InstanceProfileCredentialsProvider.builder()
                                            .endpoint(metadata.address().toString())
                                            .asyncCredentialUpdateEnabled(true)
                                            .build(),
                            old -> {},
                            TIMEOUT,
                            nanos::get);
            assertThat(instance.resolveCredentials().accessKeyId()).isEqualTo("STALE");
            metadata.answer(metadata("FRESH"));
            assertThat(instance.resolveCredentials().accessKeyId()).isEqualTo("STALE");

            instance.refused(nanos.get());

            assertThat(instance.resolveCredentials().accessKeyId()).isEqualTo("FRESH");
        }
    }

    private static Answer metadata(String key) {
        return (request, out) ->
                EksAuthAnswers.json(
                                request.target().endsWith("/role")
                                        ? """
                                        {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"%s",
                                         "SecretAccessKey":"s","Token":"t",
                                         "Expiration":"2099-01-01T00:00:00Z"}
                                        """
                                                .formatted(key)
                                        : "role")
                        .to(request, out);
    }

    private void refuseForAnHour() {
        for (int second = 0; second < 3_600; second++) {
            key();
            node.refused(nanos.get());
            pass(Duration.ofSeconds(1));
        }
    }

    private String key() {
        return node.resolveCredentials().accessKeyId();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static final class Provider implements AwsCredentialsProvider, SdkAutoCloseable {

        private final String key;
        private final AtomicInteger lookUps = new AtomicInteger();
        private volatile boolean closed;

        Provider(String key) {
            this.key = key;
        }

        @Override
        public AwsCredentials resolveCredentials() {
            lookUps.incrementAndGet();
            return AwsBasicCredentials.create(key, "secret");
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
