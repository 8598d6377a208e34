package io.podidentity.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Log lines of a command that never boots the server, shaped like the server's own. */
@FunctionalInterface
interface LineLog {

    void line(String level, String message);

    default void info(String message) {
        line("INFO", message);
    }

    default void warn(String message) {
        line("WARN", message);
    }

    default void error(String message) {
        line("ERROR", message);
    }

    static LineLog json(PrintStream out) {
        return (level, message) ->
                out.println(
                        "{\"timestamp\":\"%s\",\"level\":\"%s\",\"message\":\"%s\"}"
                                .formatted(
                                        Instant.now().truncatedTo(ChronoUnit.MILLIS),
                                        level,
                                        escaped(message)));
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                escaped.append("\\u%04x".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
