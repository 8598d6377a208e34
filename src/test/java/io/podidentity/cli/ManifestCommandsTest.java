package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.manifests.ContainerCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Every command line in a manifest or a rendering is one that the agent understands. */
class ManifestCommandsTest {

    @TempDir Path mounted;

    static List<ContainerCommand> commands() throws IOException {
        return ContainerCommand.all();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void commandOfContainerIsUnderstood(ContainerCommand command) {
        CommandLine line = Main.commandLine(new Properties(), Map.of());

        ParseResult parsed = line.parseArgs(onThisMachine(command));

        Object chosen = parsed.subcommand().commandSpec().userObject();
        if (command.where().endsWith("-init")) {
            assertThat(chosen).isInstanceOf(InitializeCommand.class);
        } else {
            assertThat(chosen).isInstanceOf(ServerCommand.class);
            assertThat(((ServerCommand) chosen).properties())
                    .containsKeys("agent.cluster-name", "agent.probe-port")
                    .containsEntry("agent.port", "80");
        }
    }

    /** With a folder of this machine where a volume is mounted. */
    private String[] onThisMachine(ContainerCommand command) {
        return command.words().stream()
                .map(word -> command.mounts().contains(word) ? mounted.toString() : word)
                .toArray(String[]::new);
    }
}
