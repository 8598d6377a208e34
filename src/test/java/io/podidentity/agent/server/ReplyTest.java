package io.podidentity.agent.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.PodCredentials;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T22:00:00Z, 2026-11-21T22:00:00Z",
        "2026-11-21T22:00:00.999999999Z, 2026-11-21T22:00:00Z",
        "2026-11-21T23:00:00+01:00, 2026-11-21T22:00:00Z"
    })
    void credentialsAreFiveKeysInOrderWithTheTimeInUtc(String expiration, String written) {
        Reply reply = Reply.of(issued(expiration));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().json())
                .asString(UTF_8)
                .isEqualTo(
                        "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"geheim/+=\","
                                + "\"Token\":\"session\",\"AccountId\":\"012345678901\","
                                + "\"Expiration\":\""
                                + written
                                + "\"}");
    }

    @Test
    void credentialsInALogShowNoSecret() {
        assertThat(Reply.of(issued("2026-11-21T22:00:00Z")).toString())
                .contains("ASIA")
                .doesNotContain("geheim", "session");
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(
                        new Failed("AccessDeniedException", 400, true, "no \"role\"", null),
                        400,
                        "AccessDeniedException",
                        "no \"role\""),
                Arguments.of(
                        new Failed("ThrottlingException", 429, false, "x", Duration.ofSeconds(3)),
                        429,
                        "ThrottlingException",
                        "x"),
                Arguments.of(
                        new Failed("InvalidResponse", 502, false, "x", null),
                        502,
                        "InvalidResponse",
                        "x"),
                Arguments.of(
                        new Rejected(Reason.TOO_MANY_REQUESTS, "slow down"),
                        429,
                        "ThrottlingException",
                        "slow down"),
                Arguments.of(
                        new Rejected(Reason.BUSY, "busy"),
                        503,
                        "ServiceUnavailableException",
                        "busy"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void errorKeepsStatusCodeAndText(
            CredentialOutcome outcome, int status, String code, String message) {
        Reply reply = Reply.of(outcome);
        assertThat(reply.status()).isEqualTo(status);
        String text = message.replace("\"", "\\\"");
        assertThat(reply.body().json())
                .asString(UTF_8)
                .isEqualTo(
                        "{\"message\":\"%s\",\"code\":\"%s\",\"Code\":\"%s\",\"Message\":\"%s\"}"
                                .formatted(text, code, code, text));
    }

    @Test
    void agentsOwnRefusalsHaveTheStatusesOfTheContract() {
        assertThat(Reply.invalidAddress("x").status()).isEqualTo(403);
        assertThat(Reply.noToken())
                .isEqualTo(
                        new Reply(
                                400,
                                new ErrorBody(
                                        "InvalidParameterException",
                                        "Service account token cannot be empty")));
        assertThat(Reply.malformedToken("why"))
                .isEqualTo(
                        new Reply(
                                400,
                                new ErrorBody(
                                        "InvalidTokenException",
                                        "Service account token cannot be parsed: why")));
        assertThat(Reply.notFound().status()).isEqualTo(404);
        assertThat(Reply.wrongMethod().status()).isEqualTo(405);
        assertThat(Reply.requestTooLate().status()).isEqualTo(408);
        assertThat(Reply.invalidRequest(431).status()).isEqualTo(431);
        assertThat(Reply.tooManyConnections().status()).isEqualTo(503);
        assertThat(Reply.bug().status()).isEqualTo(500);
    }

    private static Issued issued(String expiration) {
        return new Issued(
                new PodCredentials(
                        "ASIA",
                        "geheim/+=",
                        "session",
                        "012345678901",
                        OffsetDateTime.parse(expiration).toInstant()),
                new Association("arn", "a-1", "role", "shop", "orders"));
    }
}
