package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

    @TempDir Path folder;

    private String completed(String commandLine, String arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("cmdline"), commandLine.replace(' ', '\0'));
        return String.join(" ", DoctorCommand.completed(arguments.split(" "), file));
    }

    @Test
    void withoutFlagsItTakesThoseOfTheContainersAgent() throws IOException {
        String agent = "java -jar /opt/app/quarkus-run.jar -v debug server --cluster-name shop";
        assertThat(completed(agent, "doctor")).isEqualTo("doctor --cluster-name shop");
        assertThat(completed(agent, "doctor --output json"))
                .isEqualTo("doctor --output json --cluster-name shop");
    }

    @Test
    void flagsThatAreGivenAreAllThatCounts() throws IOException {
        String agent = "java -jar /opt/app/quarkus-run.jar server --cluster-name shop";
        assertThat(completed(agent, "doctor -c other")).isEqualTo("doctor -c other");
        assertThat(completed(agent, "doctor pod")).isEqualTo("doctor pod");
        assertThat(completed(agent, "server -c other")).isEqualTo("server -c other");
    }

    @Test
    void otherFirstProcessesAreNotTakenForAnAgent() throws IOException {
        assertThat(completed("nginx server --x", "doctor")).isEqualTo("doctor");
        assertThat(DoctorCommand.completed(new String[] {"doctor"}, folder.resolve("none")))
                .containsExactly("doctor");
    }

    @Test
    void wrongValueIsAUsageErrorAndTheClustersNameIsNotNeeded() {
        Parsed wrong = Parsed.of("doctor", "--output", "xml");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).startsWith("pod-identity-agent: --output: ");
        assertThat(Parsed.of("doctor", "--port", "x").code()).isEqualTo(2);
        assertThat(Parsed.of("doctor", "--help").out()).contains("--cluster-name", "--output");
        assertThat(Parsed.of("doctor", "pod", "--help").out()).contains("--sts", "--process");
    }
}
