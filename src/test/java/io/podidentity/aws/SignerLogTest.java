package io.podidentity.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

class SignerLogTest {

    private static final String ARN = "arn:aws:sts::123456789012:assumed-role/node/i-0";

    @TempDir Path folder;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    lines.add(entry.getMessage().formatted(entry.getParameters()));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        Logger.getLogger(SignerLog.class.getName()).addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger(SignerLog.class.getName()).removeHandler(handler);
    }

    @Test
    void identityIsToldAtTheFirstCallAndAtEachChangeOnly() {
        List<String> asked = new CopyOnWriteArrayList<>();
        SignerLog log =
                new SignerLog(
                        credentials -> {
                            asked.add(credentials.accessKeyId());
                            return credentials.accessKeyId().startsWith("A") ? ARN : ARN + "1";
                        });

        log.signed(keys("A1"), "the metadata");
        log.signed(keys("A1"), "the metadata");
        await().until(() -> asked.size() == 1 && lines.size() == 1);
        log.signed(keys("A2"), "the metadata");
        await().until(() -> asked.size() == 2);
        log.signed(keys("B1"), "the metadata");
        await().until(() -> lines.size() == 2);

        assertThat(asked).containsExactly("A1", "A2", "B1");
        assertThat(lines)
                .containsExactly(
                        "Calls are signed as " + ARN + ", from the metadata",
                        "Calls are signed as " + ARN + "1, from the metadata");
    }

    @Test
    void callDoesNotWaitForSts() {
        CountDownLatch answered = new CountDownLatch(1);
        SignerLog log =
                new SignerLog(
                        credentials -> {
                            answered.await();
                            return ARN;
                        });

        log.signed(keys("A1"), "the metadata");
        assertThat(lines).isEmpty();

        answered.countDown();
        await().until(() -> lines.size() == 1);
    }

    @Test
    void placeAndKeyAreToldWhereStsIsOutOfReach() {
        SignerLog log =
                new SignerLog(
                        credentials -> {
                            throw new IOException("secret");
                        });

        log.signed(keys("A1"), "the metadata");

        await().until(() -> lines.size() == 1);
        assertThat(lines)
                .containsExactly(
                        "Calls are signed as A1 (STS does not say who that is: IOException), from"
                                + " the metadata");
    }

    @Test
    void stsIsAskedInASignedRequestWithoutAClientOfIt() throws IOException {
        try (HttpPeer sts = new HttpPeer();
                Settings settings = new Settings(folder)) {
            settings.set("aws.endpointUrlSts", sts.address().toString());
            sts.on("POST /", "<R><Arn>" + ARN + "</Arn></R>");
            CallerIdentity identity =
                    new CallerIdentity(UrlConnectionHttpClient.create(), () -> "eu-west-1");

            assertThat(identity.arn(keys("A1"))).isEqualTo(ARN);

            assertThat(sts.requests().getFirst().header("Authorization"))
                    .contains("Credential=A1/", "/eu-west-1/sts/aws4_request");
            sts.answer(Answer.of(403, "")).forget("POST /");
            assertThatThrownBy(() -> identity.arn(keys("A1")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("status 403");
        }
    }

    private static AwsCredentials keys(String id) {
        return AwsBasicCredentials.create(id, "secret");
    }
}
