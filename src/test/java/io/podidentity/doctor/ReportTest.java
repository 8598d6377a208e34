package io.podidentity.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.doctor.Finding.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void checksAreMadeAtOnce() {
        CyclicBarrier all = new CyclicBarrier(3);
        Check check =
                new Check(
                        "meets the others",
                        () -> {
                            all.await();
                            return Finding.ok("met");
                        });

        Report report = Report.of(List.of(check, check, check), LONG);

        assertThat(report.healthy()).isTrue();
    }

    @Test
    void whatHangsFailsAndTheOthersAreTold() {
        CountDownLatch never = new CountDownLatch(1);
        Check hangs =
                new Check(
                        "hangs",
                        () -> {
                            never.await();
                            return Finding.ok("never");
                        });

        Report report =
                Report.of(
                        List.of(hangs, new Check("other", () -> Finding.ok("fine"))),
                        Duration.ofSeconds(1));

        assertThat(report.healthy()).isFalse();
        assertThat(report.text())
                .startsWith("FAIL     hangs  no answer within 1 s\n         -> see what hangs")
                .contains("ok       other  fine\n");
    }

    @Test
    void whatCannotBeLookedAtIsNoFailure() {
        Once<String> fails =
                new Once<>(
                        () -> {
                            throw new IOException("gone");
                        });
        Check itself = new Check("itself", () -> Finding.ok(fails.get()));
        Check dependent = new Check("dependent", () -> Finding.ok(fails.needed("itself")));

        Report report = Report.of(List.of(itself, dependent), LONG);

        assertThat(report.lines())
                .extracting(line -> line.finding().result())
                .containsExactly(Result.FAIL, Result.SKIPPED);
        assertThat(report.lines().getLast().finding().seen()).isEqualTo("needs itself");
    }

    @Test
    void wrongSettingIsToldWithItsRemedyAndABugWithoutItsText() throws IOException {
        Check setting =
                new Check(
                        "setting",
                        () -> {
                            throw new InvalidSettingException(
                                    "AWS_REGION", "none; or so", "set it");
                        });
        Check bug =
                new Check(
                        "bug",
                        () -> {
                            throw new IllegalStateException("quotes a secret");
                        });

        Report report = Report.of(List.of(setting, bug), LONG);

        JsonNode json = new ObjectMapper().readTree(report.json());
        assertThat(json).hasSize(2);
        assertThat(json.get(0).get("check").asText()).isEqualTo("setting");
        assertThat(json.get(0).get("result").asText()).isEqualTo("FAIL");
        assertThat(json.get(0).get("seen").asText()).isEqualTo("AWS_REGION: none; or so");
        assertThat(json.get(0).get("remedy").asText()).isEqualTo("set it");
        assertThat(report.json()).doesNotContain("secret");
    }

    @Test
    void whatAServerSaysCannotMoveTheCursor() {
        assertThat(Finding.ok("a\u001b[2J\nok  all").seen()).isEqualTo("a [2J ok  all");
    }
}
