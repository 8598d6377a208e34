package io.podidentity.agent.cli;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line which flag is wrong, how, and what to give instead. */
final class Complaint {

    private Complaint() {}

    static String of(ParameterException e) {
        if (e instanceof MissingParameterException missing
                && missing.getMissing().stream()
                        .anyMatch(arg -> arg.required() && arg.getValue() == null)) {
            return missing.getMissing().stream()
                            .map(Complaint::name)
                            .collect(Collectors.joining(", "))
                    + ": missing; give it as a flag or in the environment, see --help";
        }
        if (e instanceof UnmatchedArgumentException) {
            return oneLine(e.getMessage()) + "; see --help for the flags there are";
        }
        Throwable cause = e.getCause();
        if (e.getArgSpec() != null && cause != null) {
            return name(e.getArgSpec()) + ": " + oneLine(cause.getMessage());
        }
        return e.getArgSpec() == null
                ? oneLine(e.getMessage())
                : name(e.getArgSpec()) + ": " + oneLine(e.getMessage());
    }

    private static String name(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }

    private static String oneLine(@Nullable String text) {
        return String.valueOf(text).lines().map(String::strip).collect(Collectors.joining(" "));
    }
}
