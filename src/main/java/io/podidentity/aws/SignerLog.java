package io.podidentity.aws;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * Logs the identity that the process signs with, at its first call and at each change. STS is asked
 * on a separate thread, since it may be unreachable.
 */
public final class SignerLog {

    private static final Logger LOG = Logger.getLogger(SignerLog.class);

    /** Logs nothing, and asks nobody. */
    public static final SignerLog NONE = new SignerLog(null);

    private final @Nullable IdentityLookup identities;
    private volatile @Nullable String lastKey;
    private String reported = "";

    public SignerLog(@Nullable IdentityLookup identities) {
        this.identities = identities;
    }

    /**
     * A call is being signed.
     *
     * @param origin where the credentials come from
     */
    void signed(AwsCredentials credentials, String origin) {
        IdentityLookup lookup = identities;
        if (lookup != null && !credentials.accessKeyId().equals(lastKey)) {
            lastKey = credentials.accessKeyId();
            Thread.ofPlatform()
                    .daemon()
                    .name("signer-log")
                    .start(() -> log(identity(credentials, lookup), origin));
        }
    }

    private synchronized void log(String identity, String origin) {
        String line = identity + ", from " + origin;
        if (!line.equals(reported)) {
            reported = line;
            LOG.infof("Calls are signed as %s", line);
        }
    }

    private static String identity(AwsCredentials credentials, IdentityLookup lookup) {
        try {
            return lookup.arn(credentials);
        } catch (Exception e) {
            return "%s (STS does not say who that is: %s)"
                    .formatted(credentials.accessKeyId(), e.getClass().getSimpleName());
        }
    }

    /** Finds whose credentials these are. */
    @FunctionalInterface
    public interface IdentityLookup {

        /**
         * The ARN of their identity. Blocks.
         *
         * @throws Exception if that cannot be known now
         */
        String arn(AwsCredentials credentials) throws Exception;
    }
}
