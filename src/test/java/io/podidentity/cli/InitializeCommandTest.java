package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.agent.node.Change;
import io.podidentity.agent.node.LinkReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class InitializeCommandTest {

    private static final List<Change> RAISED = List.of(new Change.RaiseLink("pod-id-link0"));

    private final List<String> lines = new ArrayList<>();
    private final InitializeCommand command =
            new InitializeCommand((level, message) -> lines.add(level + " " + message));

    @Test
    void tellsWhatItDid() {
        int exit = command.report(new LinkReport.Ready(RAISED, List.of("IPv4 only")));

        assertThat(exit).isZero();
        assertThat(lines)
                .containsExactly(
                        "WARN IPv4 only",
                        "INFO brought up link pod-id-link0",
                        "INFO pod-id-link0 is ready");
    }

    @Test
    void tellsThatNothingHadToChange() {
        int exit = command.report(new LinkReport.Ready(List.of(), List.of()));

        assertThat(exit).isZero();
        assertThat(lines).containsExactly("INFO pod-id-link0 is ready: nothing had to change");
    }

    @Test
    void tellsWhatADryRunWouldDo() {
        new CommandLine(command).parseArgs("--dry-run");

        command.report(new LinkReport.Ready(RAISED, List.of()));

        assertThat(lines)
                .containsExactly(
                        "INFO would bring up link pod-id-link0",
                        "INFO dry run: nothing was changed");
    }

    @Test
    void failsWithTheProblemAndItsRemedy() {
        int exit = command.report(new LinkReport.Failed(List.of(), List.of(), "no", "do this"));

        assertThat(exit).isEqualTo(1);
        assertThat(lines).containsExactly("ERROR no; do this");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dummy", "DUMMY", "auto", "bridge"})
    void takesKindsInEitherCase(String kind) {
        CommandLine commandLine = new CommandLine(command);

        commandLine.parseArgs("--link-kind", kind);

        assertThat(commandLine.getParseResult().hasMatchedOption("--link-kind")).isTrue();
    }

    @Test
    void namesTheKindsThatThereAre() {
        CommandLine commandLine = new CommandLine(command);

        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> commandLine.parseArgs("--link-kind=warp"))
                .withMessageContainingAll("--link-kind", "warp", "dummy");
    }

    @Test
    void writesOneJsonObjectALine() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String awkward = "a \"quoted\" \\ name\n\u0001 \u00e9 \u2028";

        LineLog.json(new PrintStream(out, true, StandardCharsets.US_ASCII)).warn(awkward);

        String line = out.toString(StandardCharsets.US_ASCII);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(line).endsWith("}\n").hasLineCount(1);
        assertThat(json.get("message").asText()).isEqualTo(awkward);
        assertThat(json.get("level").asText()).isEqualTo("WARN");
        assertThat(Instant.parse(json.get("timestamp").asText())).isBefore(Instant.now());
    }
}
