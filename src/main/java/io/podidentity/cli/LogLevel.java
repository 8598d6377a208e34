package io.podidentity.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The reference agent's log levels, and what Quarkus calls them. */
enum LogLevel {
    PANIC("FATAL"),
    FATAL("FATAL"),
    ERROR("ERROR"),
    WARN("WARN"),
    WARNING("WARN"),
    INFO("INFO"),
    DEBUG("DEBUG"),
    TRACE("TRACE");

    private final String quarkus;

    LogLevel(String quarkus) {
        this.quarkus = quarkus;
    }

    String quarkus() {
        return quarkus;
    }

    /** Reads a level in any case. */
    static final class Reader implements ITypeConverter<LogLevel> {
        @Override
        public LogLevel convert(String text) {
            return Arrays.stream(values())
                    .filter(level -> level.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "'"
                                                    + text
                                                    + "' is not a level; give one of "
                                                    + known()));
        }

        private static String known() {
            return Arrays.stream(values())
                    .map(level -> level.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "));
        }
    }
}
