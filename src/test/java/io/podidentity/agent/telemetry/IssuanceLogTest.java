package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.PodCredentials;
import io.podidentity.harness.VirtualTimeline;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Logger;
import org.jboss.logmanager.MDC;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuanceLogTest {

    private static final ServiceAccountToken TOKEN =
            new ServiceAccountToken(
                    "eyJ.the-raw.token",
                    "kid",
                    "iss",
                    List.of(),
                    Instant.EPOCH,
                    null,
                    "claimed-ns",
                    "claimed-sa",
                    "orders-0",
                    "uid-0");
    private static final Issued ISSUED =
            new Issued(
                    new PodCredentials(
                            "ASIAKEY",
                            "secret-key",
                            "session-token",
                            "123456789012",
                            Instant.parse("2026-11-22T04:00:00Z")),
                    new Association(
                            "arn", "a-1", "arn:aws:sts::1:assumed-role/r/s", "shop", "orders"),
                    "8a8c6f5e-0000-4000-8000-000000000001");

    private final Logger logger = Logger.getLogger(IssuanceLog.class.getName());
    private final Lines lines = new Lines();
    private final VirtualTimeline timeline = new VirtualTimeline();
    private final IssuanceLog log = new IssuanceLog(timeline);

    @BeforeEach
    void listenAtEveryLevel() {
        logger.setLevel(Level.ALL);
        logger.addHandler(lines);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(lines);
        logger.setLevel(null);
    }

    @Test
    void issuedCredentialIsOneLineWithWhoWhatAndUntilWhen() {
        log.issued(TOKEN, ISSUED, Origin.FETCHED, Duration.ofMillis(12));
        assertThat(lines.fields)
                .containsExactly(
                        Map.ofEntries(
                                Map.entry("level", "INFO"),
                                Map.entry("message", "Issued credentials"),
                                Map.entry("pod", "orders-0"),
                                Map.entry("namespace", "shop"),
                                Map.entry("service-account", "orders"),
                                Map.entry("association", "a-1"),
                                Map.entry("role-arn", "arn:aws:sts::1:assumed-role/r/s"),
                                Map.entry("expiration", "2026-11-22T04:00:00Z"),
                                Map.entry("request-id", "8a8c6f5e-0000-4000-8000-000000000001"),
                                Map.entry("origin", "fetched"),
                                Map.entry("duration-ms", "12")));
        assertThat(MDC.copy()).isEmpty();
    }

    @Test
    void hitIsLoggedAtDebugOnly() {
        log.issued(TOKEN, ISSUED, Origin.HIT, Duration.ZERO);
        assertThat(lines.fields).singleElement().asString().contains("level=DEBUG", "origin=hit");
        logger.setLevel(Level.INFO);
        log.issued(TOKEN, ISSUED, Origin.HIT, Duration.ZERO);
        assertThat(lines.fields).hasSize(1);
    }

    @Test
    void refusalSaysToWhomAndWhy() {
        log.refused(
                TOKEN,
                new Failed("AccessDeniedException", 400, true, "100% no", null),
                "10.0.0.1",
                Duration.ofMillis(3));
        log.refused(TOKEN, new Rejected(Reason.BUSY, "busy"), "10.0.0.1", Duration.ofMillis(3));
        assertThat(lines.fields.getFirst())
                .containsEntry("message", "No credentials: 100% no")
                .containsEntry("code", "AccessDeniedException")
                .containsEntry("client", "10.0.0.1")
                .containsEntry("pod", "orders-0");
        assertThat(lines.fields.getLast()).containsEntry("code", "BUSY");
    }

    @Test
    void refusalOfWhatNamesNoPodSaysWhoWasToldWhat() {
        log.unreadable("ExpiredTokenException", "100% expired", "10.0.0.1");

        assertThat(lines.fields)
                .containsExactly(
                        Map.of(
                                "level", "WARN",
                                "message", "No credentials: 100% expired",
                                "code", "ExpiredTokenException",
                                "client", "10.0.0.1"));
    }

    @Test
    void refusalsDoNotFillTheLogWhateverTheyAreAbout() {
        for (int i = 0; i < 1_000; i++) {
            log.unreadable("InvalidTokenException", "nonsense", "10.0.0.1");
            log.refused(TOKEN, new Rejected(Reason.BUSY, "busy"), "10.0.0.1", Duration.ZERO);
        }
        assertThat(lines.fields).hasSize(10);
        log.unreadable("InvalidTokenException", "nonsense", "10.0.0.2");
        assertThat(lines.fields).hasSize(11);

        timeline.advance(Duration.ofMinutes(1));

        assertThat(lines.fields.getLast().get("message")).startsWith("1990 more refusals");
    }

    @Test
    void wordsOfAClientAreCutShortAndHoldNoControlCharacters() {
        String words = "\u001b[31m" + "x".repeat(12_000);
        ServiceAccountToken token =
                new ServiceAccountToken(
                        "raw",
                        "kid",
                        "iss",
                        List.of(),
                        Instant.EPOCH,
                        null,
                        words,
                        words,
                        words,
                        "uid-0");

        log.unreadable("InvalidTokenException", words, "10.0.0.1");
        log.refused(
                token, new Failed(words, 400, true, words, null), "10.0.0.1", Duration.ofMillis(3));

        assertThat(lines.fields)
                .hasSize(2)
                .flatExtracting(Map::values)
                .allSatisfy(
                        value -> assertThat(value).hasSizeLessThan(250).doesNotContain("\u001b"));
    }

    @Test
    void noLineHoldsASecret() {
        for (Origin origin : Origin.values()) {
            log.issued(TOKEN, ISSUED, origin, Duration.ZERO);
        }
        log.refused(TOKEN, new Rejected(Reason.BUSY, "busy"), "10.0.0.1", Duration.ZERO);
        assertThat(lines.fields.toString())
                .doesNotContain("the-raw", "secret-key", "session-token", "ASIAKEY");
    }

    private static final class Lines extends Handler {
        private final List<Map<String, String>> fields = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            ExtLogRecord record = ExtLogRecord.wrap(line);
            record.copyAll();
            Map<String, String> all = new java.util.HashMap<>(record.getMdcCopy());
            all.put("level", line.getLevel().getName());
            all.put("message", new PatternFormatter("%m").format(record));
            fields.add(all);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
