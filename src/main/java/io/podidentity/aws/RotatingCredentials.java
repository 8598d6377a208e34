package io.podidentity.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * The credentials of the shared credentials file, read again every minute. While the file cannot be
 * read, such as while it is being written, the last good ones are kept.
 */
public final class RotatingCredentials implements AwsCredentialsProvider {

    private static final Logger LOG = Logger.getLogger(RotatingCredentials.class);
    private static final Duration READ_INTERVAL = Duration.ofMinutes(1);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);

    private final Supplier<AwsCredentialsProvider> file;
    private final Clock clock;
    private Instant next = Instant.MIN;
    private @Nullable AwsCredentials last;

    /** The credentials of the current profile, whatever else is configured. */
    public static Supplier<Optional<CredentialsOrigin>> origin(OwnSts sts, Clock clock) {
        RotatingCredentials rotating =
                new RotatingCredentials(
                        () ->
                                new SharedProfile(ProfileFile.defaultProfileFile(), sts)
                                        .credentials(),
                        clock);
        return () -> Optional.of(new CredentialsOrigin("the shared files, read anew", rotating));
    }

    RotatingCredentials(Supplier<AwsCredentialsProvider> file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    @Override
    public synchronized AwsCredentials resolveCredentials() {
        Instant now = clock.instant();
        AwsCredentials kept = last;
        if (kept != null && now.isBefore(next)) {
            return kept;
        }
        try {
            AwsCredentials read = file.get().resolveCredentials();
            last = read;
            next = now.plus(READ_INTERVAL);
            return read;
        } catch (RuntimeException e) {
            // The SDK throws one kind for a missing profile, another for each way to break a file.
            if (kept == null) {
                throw e;
            }
            // Not the exception's text: it may quote the file.
            next = now.plus(RETRY_INTERVAL);
            LOG.warn("The shared credentials file cannot be read; the last good ones are kept");
            return kept;
        }
    }
}
