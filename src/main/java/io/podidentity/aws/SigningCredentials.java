package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The process' own credentials. They come from one origin; when it gives none, the call fails with
 * the reason, and the next call tries it again.
 */
public final class SigningCredentials implements AwsCredentialsProvider, SdkAutoCloseable {

    private static final String METADATA = "the instance's metadata";

    private final Supplier<Optional<CredentialsOrigin>> configured;
    private final SignerLog log;
    private volatile CredentialsOrigin origin = metadata();
    private volatile boolean chosen;

    /**
     * @param configured the configured origin; without one, the instance's metadata is used
     * @throws InvalidSettingException if it is configured in a way that can never work
     */
    public SigningCredentials(Supplier<Optional<CredentialsOrigin>> configured, SignerLog log) {
        this.configured = configured;
        this.log = log;
        choose();
    }

    /**
     * @throws NoCredentialsException if there are none
     */
    @Override
    public AwsCredentials resolveCredentials() {
        CredentialsOrigin used = origin;
        try {
            used = choose();
            AwsCredentials credentials = used.provider().resolveCredentials();
            chosen = true;
            log.signed(credentials, used.name());
            return credentials;
        } catch (RuntimeException e) {
            throw new NoCredentialsException(used.name(), e, remedy(e));
        }
    }

    /** Empty if an origin is configured: its failure is transient, or says what to do. */
    private String remedy(RuntimeException e) {
        return chosen || e instanceof InvalidSettingException
                ? ""
                : "; give the node a role, or the agent a profile or web identity";
    }

    /** Until credentials were found, a profile may still appear. */
    private synchronized CredentialsOrigin choose() {
        if (!chosen) {
            configured
                    .get()
                    .ifPresent(
                            found -> {
                                close();
                                origin = found;
                                chosen = true;
                            });
        }
        return origin;
    }

    /** Where they come from. */
    public String origin() {
        return origin.name();
    }

    /** Whether they are the instance's. */
    public boolean ofInstance() {
        return origin.name().startsWith(METADATA);
    }

    @Override
    public void close() {
        if (origin.provider() instanceof SdkAutoCloseable provider) {
            provider.close();
        }
    }

    private static CredentialsOrigin metadata() {
        return new CredentialsOrigin(
                METADATA + ", since nothing else is configured",
                InstanceProfileCredentialsProvider.builder()
                        .asyncCredentialUpdateEnabled(true)
                        .asyncThreadName("instance-credentials")
                        .build());
    }
}
