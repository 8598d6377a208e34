package io.podidentity.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command, with the log level that every command takes. */
@Command(
        name = "pod-identity-agent",
        description = "Hands each pod of this node the AWS credentials it is entitled to.",
        subcommands = {
            ServerCommand.class,
            AuthCommand.class,
            InitializeCommand.class,
            DoctorCommand.class,
            VersionCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = false)
final class AgentCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Prints this and exits.")
    boolean help;

    @Option(
            names = {"-v", "--verbosity"},
            scope = ScopeType.INHERIT,
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LogLevel.Reader.class,
            description =
                    "Least level that is logged: panic, fatal, error, warn, info, debug or trace."
                            + " Default: info.")
    LogLevel verbosity = LogLevel.INFO;
}
