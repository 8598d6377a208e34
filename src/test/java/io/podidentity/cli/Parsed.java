package io.podidentity.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * What the command line made of its arguments, without running anything but help.
 *
 * @param server the configuration properties that {@code server} or {@code auth} would start with
 */
record Parsed(int code, String out, String err, Map<String, String> server, LogLevel level) {

    static Parsed of(String... arguments) {
        return of(Map.of(), new Properties(), arguments);
    }

    static Parsed of(Map<String, String> environment, Properties properties, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Map<String, String> server = new HashMap<>();
        CommandLine line = Main.commandLine(properties, environment);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setExecutionStrategy(
                result -> {
                    ParseResult command = result.hasSubcommand() ? result.subcommand() : result;
                    if (command.commandSpec().userObject() instanceof ServerCommand chosen
                            && !command.isUsageHelpRequested()) {
                        server.putAll(chosen.properties());
                        return 0;
                    }
                    if (command.commandSpec().userObject() instanceof AuthCommand chosen
                            && !command.isUsageHelpRequested()) {
                        server.putAll(chosen.properties());
                        return 0;
                    }
                    return Main.execute(result);
                });
        int code = line.execute(arguments);
        AgentCommand root = line.getCommand();
        return new Parsed(code, out.toString(), err.toString(), server, root.verbosity);
    }
}
