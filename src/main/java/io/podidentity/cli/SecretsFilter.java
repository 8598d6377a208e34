package io.podidentity.cli;

import io.quarkus.logging.LoggingFilter;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jspecify.annotations.Nullable;

/** Masks secrets in log lines: at debug levels the SDK and the JDK print signed requests. */
@SuppressWarnings("deprecation") // The replacement is no method of the record.
@LoggingFilter(name = "secrets")
public final class SecretsFilter implements Filter {

    private static final String MASK = "***";

    /** The first group of each is what precedes the secret. */
    private static final List<Pattern> SECRETS =
            List.of(
                    // A JWT, possibly truncated.
                    Pattern.compile("()eyJ[A-Za-z0-9_-]{8,}+(?:\\.[A-Za-z0-9_-]*+)*+"),
                    // As headers, and in the canonical request of a signature.
                    Pattern.compile(
                            "(?i)(x-amz-security-token[\"']?+\\s*+[:=]\\s*+)[^\\s,;}\\]]++"),
                    Pattern.compile("(?i)(authorization[\"']?+\\s*+[:=]\\s*+)[^}\\]\\r\\n]++"),
                    Pattern.compile("(?i)(signature=)[0-9a-f]{16,}+"),
                    // As JSON and as the text of objects.
                    Pattern.compile(
                            "(?i)((?:secret_?access_?key|session_?token)[\"']?+\\s*+[:=]\\s*+[\"']?+)[^\\s\"',;})\\]]++"),
                    // Parsers quote what they could not parse, which may be an answer.
                    Pattern.compile("(\\[Source: \\([^)]*+\\)\").*?(?=\"; line)", Pattern.DOTALL),
                    Pattern.compile("(Unrecognized token ')[^']*+"),
                    Pattern.compile("(?i)(\"token\"\\s*+:\\s*+\")[^\"]++"));

    @Override
    public boolean isLoggable(LogRecord line) {
        ExtLogRecord record = ExtLogRecord.wrap(line);
        String text = record.getFormattedMessage();
        String masked = mask(text);
        if (!masked.equals(text)) {
            line.setParameters(null);
            if (line instanceof ExtLogRecord own) {
                own.setMessage(masked, FormatStyle.NO_FORMAT);
            } else {
                line.setMessage(masked);
            }
        }
        Throwable thrown = line.getThrown();
        if (thrown != null && containsSecret(thrown)) {
            line.setThrown(new Masked(thrown));
        }
        return true;
    }

    static String mask(@Nullable String text) {
        String masked = String.valueOf(text);
        for (Pattern secret : SECRETS) {
            masked = secret.matcher(masked).replaceAll("$1" + MASK);
        }
        return masked;
    }

    private static boolean containsSecret(@Nullable Throwable thrown) {
        if (thrown == null) {
            return false;
        }
        String text = thrown.toString();
        return !mask(text).equals(text) || containsSecret(thrown.getCause());
    }

    /** Replaces an exception whose text, or that of a cause, contains a secret. */
    @SuppressWarnings("OverrideThrowableToString") // It shows the original's class.
    private static final class Masked extends Exception {

        private static final long serialVersionUID = 1L;

        Masked(Throwable original) {
            super(
                    mask(original.toString()),
                    original.getCause() == null ? null : new Masked(original.getCause()));
            setStackTrace(original.getStackTrace());
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }
}
