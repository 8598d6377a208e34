package io.podidentity.cli;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line which flag is wrong, how, and what to give instead. */
final class UsageError {

    /** Long values may be tokens: truncate. */
    private static final Pattern LONG_VALUE = Pattern.compile("'([^']{20})[^']{130,}'");

    private UsageError() {}

    static String of(ParameterException e) {
        return LONG_VALUE
                .matcher(oneLine(e instanceof UnmatchedArgumentException u ? unknown(u) : known(e)))
                .replaceAll("'$1…'");
    }

    private static String unknown(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().getFirst();
        String command = e.getCommandLine().getCommandName();
        if (argument.startsWith("-")) {
            String flag = argument.replaceFirst("=.*", "");
            return "'"
                    + flag
                    + "' is not a flag of "
                    + command
                    + "; see --help for those there are";
        }
        return e.getCommandLine().getParent() == null
                ? "'" + argument + "' is not a command; " + commands()
                : "'" + argument + "' follows no flag of " + command + "; see --help";
    }

    /** What to give if the command is missing or unknown. */
    static String commands() {
        return "give server, auth, initialize, doctor or version, or see --help";
    }

    private static String known(ParameterException e) {
        if (e instanceof MissingParameterException missing) {
            return missing(missing.getMissing().getFirst());
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return e.getArgSpec() == null
                ? String.valueOf(cause.getMessage())
                : name(e.getArgSpec()) + ": " + cause.getMessage();
    }

    private static String missing(ArgSpec arg) {
        return arg instanceof OptionSpec option && option.required()
                ? name(arg)
                        + ": missing; give it as a flag or as "
                        + EnvironmentDefaults.variable(option)
                        + ", see --help"
                : name(arg) + ": has no value; give one after it, see --help";
    }

    private static String name(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }

    private static String oneLine(@Nullable String text) {
        return String.valueOf(text).lines().map(String::strip).collect(Collectors.joining(" "));
    }
}
