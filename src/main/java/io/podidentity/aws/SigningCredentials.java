package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The process' own credentials. They come from one place; when that gives none, the call fails with
 * the reason, and the next one asks there again.
 */
public final class SigningCredentials implements AwsCredentialsProvider, SdkAutoCloseable {

    private final Supplier<Optional<CredentialsPlace>> configured;
    private final SignerLog log;
    private volatile CredentialsPlace place = metadata();
    private volatile boolean settled;

    /**
     * @param configured the place that is configured; where none is, the instance's metadata is
     *     asked
     * @throws InvalidSettingException if it is configured in a way that can never work
     */
    public SigningCredentials(Supplier<Optional<CredentialsPlace>> configured, SignerLog log) {
        this.configured = configured;
        this.log = log;
        settle();
    }

    /**
     * @throws NoCredentialsException if there are none
     */
    @Override
    public AwsCredentials resolveCredentials() {
        CredentialsPlace asked = place;
        try {
            asked = settle();
            AwsCredentials credentials = asked.provider().resolveCredentials();
            settled = true;
            log.signed(credentials, asked.name());
            return credentials;
        } catch (RuntimeException e) {
            throw new NoCredentialsException(asked.name(), e, remedy(e));
        }
    }

    /** Where something is configured, its failure may pass, or says itself what to do. */
    private String remedy(RuntimeException e) {
        return settled || e instanceof InvalidSettingException
                ? ""
                : "; give the node a role, or the agent a profile or web identity";
    }

    /** As long as nothing has given credentials, a profile may still appear. */
    private synchronized CredentialsPlace settle() {
        if (!settled) {
            configured
                    .get()
                    .ifPresent(
                            found -> {
                                close();
                                place = found;
                                settled = true;
                            });
        }
        return place;
    }

    @Override
    public void close() {
        if (place.provider() instanceof SdkAutoCloseable provider) {
            provider.close();
        }
    }

    private static CredentialsPlace metadata() {
        return new CredentialsPlace(
                "the instance's metadata, since nothing else is configured",
                InstanceProfileCredentialsProvider.builder()
                        .asyncCredentialUpdateEnabled(true)
                        .asyncThreadName("instance-credentials")
                        .build());
    }
}
