package io.podidentity.cli;

import io.podidentity.guard.Secrets;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jspecify.annotations.Nullable;

/** Masks secrets in log lines: at debug levels the SDK and the JDK print signed requests. */
@SuppressWarnings("deprecation") // The replacement is no method of the record.
@LoggingFilter(name = "secrets")
public final class SecretsFilter implements Filter {

    @Override
    public boolean isLoggable(LogRecord line) {
        ExtLogRecord record = ExtLogRecord.wrap(line);
        String text = record.getFormattedMessage();
        String masked = Secrets.mask(text);
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

    private static boolean containsSecret(@Nullable Throwable thrown) {
        if (thrown == null) {
            return false;
        }
        String text = thrown.toString();
        return !Secrets.mask(text).equals(text) || containsSecret(thrown.getCause());
    }

    /** Replaces an exception whose text, or that of a cause, contains a secret. */
    @SuppressWarnings("OverrideThrowableToString") // It shows the original's class.
    private static final class Masked extends Exception {

        private static final long serialVersionUID = 1L;

        Masked(Throwable original) {
            super(
                    Secrets.mask(original.toString()),
                    original.getCause() == null ? null : new Masked(original.getCause()));
            setStackTrace(original.getStackTrace());
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }
}
