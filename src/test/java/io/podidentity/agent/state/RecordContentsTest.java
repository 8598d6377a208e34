package io.podidentity.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.PodCredentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordContentsTest {

    private static final String REQUEST_ID = "8a8c6f5e-0000-4000-8000-000000000001";

    @Test
    void allOfItIsReadAgain() throws IOException {
        RecordContents contents = contents(REQUEST_ID);

        assertThat(RecordContents.of(contents.bytes())).isEqualTo(contents);
    }

    /** As versions before wrote it. */
    @Test
    void recordWithoutARequestIdIsReadToo() throws IOException {
        RecordContents contents = contents(null);

        assertThat(contents.bytes()).hasSizeLessThan(contents(REQUEST_ID).bytes().length);
        assertThat(RecordContents.of(contents.bytes())).isEqualTo(contents);
    }

    private static RecordContents contents(@Nullable String requestId) {
        Instant now = Instant.parse("2026-11-22T04:00:00.000000001Z");
        return new RecordContents(
                new Issued(
                        new PodCredentials("ASIA", "secret", "session", "123456789012", now),
                        new Association("arn", "a-1", "role", "shop", "orders"),
                        requestId),
                Duration.ofHours(6),
                Duration.ofHours(5),
                new Moment(now, "boot", Duration.ofMillis(7)),
                List.of("one", "two"));
    }
}
