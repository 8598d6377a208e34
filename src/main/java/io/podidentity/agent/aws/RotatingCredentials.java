package io.podidentity.agent.eksauth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;

/**
 * The credentials of the shared credentials file, read anew every minute. While the file cannot be
 * read, because something is just writing it, the last good ones are kept.
 */
final class RotatingCredentials implements AwsCredentialsProvider {

    private static final Logger LOG = Logger.getLogger(RotatingCredentials.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Clock clock;
    private Instant next = Instant.MIN;
    private @Nullable AwsCredentials last;

    RotatingCredentials(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized AwsCredentials resolveCredentials() {
        Instant now = clock.instant();
        AwsCredentials kept = last;
        if (kept != null && now.isBefore(next)) {
            return kept;
        }
        try (ProfileCredentialsProvider file = SharedProfile.credentials()) {
            AwsCredentials read = file.resolveCredentials();
            last = read;
            next = now.plus(EVERY);
            return read;
        } catch (RuntimeException e) {
            // The SDK throws one kind for a missing profile, another for each way to break a file.
            if (kept == null) {
                throw e;
            }
            // Not the exception's text: it may quote the file.
            next = now.plus(SOON);
            LOG.warn("The shared credentials file cannot be read; the last good ones are kept");
            return kept;
        }
    }
}
