package io.podidentity.cli;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.Security;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TraceLevel;

/** Parses the command line before anything boots, and alone chooses the exit code. */
@QuarkusMain
public final class Main {

    static final int USAGE = 2;

    Main() {}

    /** Runs the command that the arguments name. */
    public static void main(String... arguments) {
        // The JDK must cache no addresses: outbound.DnsCache does.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        CommandLine line = commandLine(System.getProperties(), System.getenv());
        line.setExecutionStrategy(Main::execute);
        int code = line.execute(DoctorCommand.completed(arguments, Path.of("/proc/1/cmdline")));
        // In live reload Quarkus calls again and ends the process itself.
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            ExitCode.exit(code);
        }
    }

    static CommandLine commandLine(Properties properties, Map<String, String> environment) {
        CommandLine line = new CommandLine(new AgentCommand());
        Flags.addTo(line);
        line.setDefaultValueProvider(new EnvironmentDefaults(properties, environment));
        // As in the reference agent the last one counts: charts put defaults before what users add.
        line.setOverwrittenOptionsAllowed(true);
        CommandLine.tracer().setLevel(TraceLevel.OFF);
        line.setParameterExceptionHandler(Main::printUsageError);
        return line;
    }

    static int execute(ParseResult result) {
        ParseResult command = result;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        Object chosen = command.commandSpec().userObject();
        if (CommandLine.printHelpIfRequested(result)) {
            return 0;
        }
        return switch (chosen) {
            case ServerCommand server -> Server.run(server.properties(), verbosity(result));
            case AuthCommand auth -> Server.run(auth.properties(), verbosity(result));
            case InitializeCommand initialize -> initialize.call();
            case DoctorCommand doctor -> doctor.call();
            case DoctorCommand.Pod pod -> pod.call();
            case VersionCommand version -> version.call();
            default ->
                    throw new ParameterException(
                            result.commandSpec().commandLine(),
                            "there is no command; " + UsageError.commands());
        };
    }

    private static LogLevel verbosity(ParseResult result) {
        AgentCommand root = (AgentCommand) result.commandSpec().userObject();
        return root.verbosity;
    }

    private static int printUsageError(ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("pod-identity-agent: " + UsageError.of(e));
        return USAGE;
    }
}
