package io.podidentity.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code server}, whose flags are in {@code config.AgentConfig}. */
@Command(name = "server", description = "Runs the agent.")
final class ServerCommand {

    @Spec @Nullable CommandSpec spec;

    /** The flags that were given, or found in the environment, as configuration properties. */
    Map<String, String> properties() {
        return Flags.properties(spec);
    }
}
