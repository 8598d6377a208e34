package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is masked in a log line, and what is left alone. */
@SuppressWarnings("deprecation")
class SecretsFilterTest {

    private static final String JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOlsicG9kcyJdfQ.c2lnbmF0dXJl-_";

    private final SecretsFilter filter = new SecretsFilter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOlsicG9kcyJdfQ.c2ln-_ of pod | token *** of pod",
                "cut off: eyJhbGciOiJSUzI1NiJ9.eyJhd | cut off: ***",
                "{X-Amz-Security-Token: FwoG/+=}{Accept: */*} | {X-Amz-Security-Token: ***}{Accept: */*}",
                "x-amz-security-token:FwoG/+= host:x | x-amz-security-token:*** host:x",
                "{Authorization: AWS4-HMAC-SHA256 Credential=A, Signature=ab}{a: b} | {Authorization: ***}{a: b}",
                "Signature=0123456789abcdef0123456789abcdef | Signature=***",
                "{\"secretAccessKey\":\"a/b+\",\"x\":1} | {\"secretAccessKey\":\"***\",\"x\":1}",
                "{\"SessionToken\" : \"IQ+/=\"} | {\"SessionToken\" : \"***\"}",
                "{\"token\":\"anything\"} | {\"token\":\"***\"}",
                "Unrecognized token 'abc': at [Source: (byte[])\"abc/def\"; line: 1] | Unrecognized token '***': at [Source: (byte[])\"***\"; line: 1]",
                "AWS_SECRET_ACCESS_KEY=abc def | AWS_SECRET_ACCESS_KEY=*** def",
                "Credentials(sessionToken=IQ+/=, a=b) | Credentials(sessionToken=***, a=b)",
            })
    void secretIsMasked(String line, String masked) {
        assertThat(logged(line, FormatStyle.NO_FORMAT)).isEqualTo(masked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Service account token cannot be parsed: token is malformed",
                "[id]: (ExpiredTokenException): expired, fault: client. The token expired: re-read it",
                "Issued credentials",
                "Listening for credentials on [::1]:80",
            })
    void ordinaryLineStays(String line) {
        assertThat(logged(line, FormatStyle.NO_FORMAT)).isEqualTo(line);
    }

    @Test
    void secretInAParameterIsMasked() {
        assertThat(logged("sent %s to %s", FormatStyle.PRINTF, JWT, "eks"))
                .isEqualTo("sent *** to eks");
    }

    @Test
    void recordOfTheJdkIsMasked() {
        LogRecord line = new LogRecord(Level.TRACE, "sent {0}");
        line.setParameters(new Object[] {JWT});

        assertThat(filter.isLoggable(line)).isTrue();

        assertThat(ExtLogRecord.wrap(line).getFormattedMessage()).isEqualTo("sent ***");
    }

    @Test
    void secretInACauseIsMaskedAndTheStackStays() {
        Exception cause = new IllegalStateException("got " + JWT);
        Exception failure = new IllegalArgumentException("cannot read", cause);
        LogRecord line = new LogRecord(Level.ERROR, "failed");
        line.setThrown(failure);

        filter.isLoggable(line);

        assertThat(line.getThrown())
                .hasToString("java.lang.IllegalArgumentException: cannot read")
                .hasStackTraceContaining("got ***");
        assertThat(line.getThrown().getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(line.getThrown().getCause())
                .hasToString("java.lang.IllegalStateException: got ***");
    }

    @Test
    void exceptionWithoutSecretsStaysWhatItIs() {
        Exception failure = new IllegalArgumentException("cannot read");
        LogRecord line = new LogRecord(Level.ERROR, "failed");
        line.setThrown(failure);

        filter.isLoggable(line);

        assertThat(line.getThrown()).isSameAs(failure);
    }

    private String logged(String text, FormatStyle style, Object... parameters) {
        ExtLogRecord line = new ExtLogRecord(Level.INFO, text, style, "tests");
        line.setParameters(parameters.length == 0 ? null : parameters);
        assertThat(filter.isLoggable(line)).isTrue();
        return line.getFormattedMessage();
    }
}
