package io.podidentity.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.RawConnection.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The answer a request must get: status, headers and body, exactly. */
sealed interface Expected {

    /** Asserts that an answer is this one. */
    default void check(Request request, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status());
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Transfer-Encoding")).isNull();
        assertThat(answer.header("Location")).isNull();
        assertThat(answer.header("Content-Length")).isNotNull();
        // A client that sends what nobody reads is not kept.
        assertThat(answer.header("Connection"))
                .isEqualTo(request.body().isEmpty() ? null : "close");
        if (request.method().equals("HEAD")) {
            assertThat(answer.body()).isEmpty();
            return;
        }
        assertThat(answer.body().getBytes(UTF_8))
                .hasSize(Integer.parseInt(String.valueOf(answer.header("Content-Length"))))
                .hasSizeLessThan(10_000);
        checkBody(answer);
    }

    int status();

    void checkBody(Answer answer);

    /** Credentials of the real service, six hours long. */
    record Credentials(String account) implements Expected {

        @Override
        public int status() {
            return 200;
        }

        @Override
        public void checkBody(Answer answer) {
            JsonNode body = json(answer.body());
            assertThat(body.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "AccessKeyId", "SecretAccessKey", "Token", "AccountId", "Expiration");
            assertThat(body).allMatch(JsonNode::isTextual);
            assertThat(body.get("AccessKeyId").textValue()).startsWith("ASIADEVELOPMENTONLY");
            assertThat(body.get("SecretAccessKey").textValue()).startsWith("development-only/");
            assertThat(body.get("Token").textValue()).startsWith("development-only/works-nowhere/");
            assertThat(body.get("AccountId").textValue()).isEqualTo(account);
            String expiration = body.get("Expiration").textValue();
            assertThat(expiration).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
            assertThat(Instant.parse(expiration))
                    .isCloseTo(
                            Instant.now().plus(Duration.ofHours(6)),
                            within(10, ChronoUnit.MINUTES));
        }
    }

    /** A success with a body that is known to the byte. */
    record Body(String text) implements Expected {

        @Override
        public int status() {
            return 200;
        }

        @Override
        public void checkBody(Answer answer) {
            assertThat(answer.body()).isEqualTo(text);
        }
    }

    /**
     * An error.
     *
     * @param message what it says; its end may differ where that is open
     */
    record Refusal(int status, String code, Pattern message, @Nullable String allow)
            implements Expected {

        static Refusal of(int status, String code, String message) {
            return new Refusal(status, code, Pattern.compile(Pattern.quote(message)), null);
        }

        static Refusal like(int status, String code, String message) {
            return new Refusal(status, code, Pattern.compile(message, Pattern.DOTALL), null);
        }

        Refusal allowing(String methods) {
            return new Refusal(status, code, message, methods);
        }

        @Override
        public void check(Request request, Answer answer) {
            Expected.super.check(request, answer);
            assertThat(answer.header("Allow")).isEqualTo(allow);
        }

        @Override
        public void checkBody(Answer answer) {
            JsonNode body = json(answer.body());
            assertThat(body.fieldNames())
                    .toIterable()
                    .containsExactly("message", "code", "Code", "Message");
            assertThat(body.get("message").textValue()).matches(message).doesNotContain("null");
            assertThat(body.get("Message")).isEqualTo(body.get("message"));
            assertThat(body.get("code").textValue()).isEqualTo(code);
            assertThat(body.get("Code")).isEqualTo(body.get("code"));
        }
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
