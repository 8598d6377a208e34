package io.podidentity.auth.sts;

import io.podidentity.aws.CredentialsChoice;
import io.podidentity.aws.OwnSts;
import io.podidentity.aws.SdkSettings;
import io.podidentity.aws.SignerLog;
import io.podidentity.aws.SigningCredentials;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The service's own credentials, which the STS client finds by name. They are chosen lazily, since
 * the client looks for them before settings can be read.
 */
@Singleton
@Named("own-credentials")
@Typed(OwnCredentials.class)
public class OwnCredentials implements AwsCredentialsProvider {

    private final Instance<SdkHttpClient> http;
    private final Instance<StsCalls> sts;
    private @Nullable SigningCredentials chosen;

    OwnCredentials(Instance<SdkHttpClient> http, Instance<StsCalls> sts) {
        this.http = http;
        this.sts = sts;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        return chosen().resolveCredentials();
    }

    /**
     * Chooses their origin, without fetching any.
     *
     * @throws io.podidentity.config.InvalidSettingException if that can never work
     */
    public void check() {
        chosen();
    }

    private synchronized SigningCredentials chosen() {
        SigningCredentials made = chosen;
        if (made == null) {
            OwnSts own = new OwnSts(http::get, () -> SdkSettings.region().orElseThrow());
            made =
                    new SigningCredentials(
                            new CredentialsChoice(own, true),
                            new SignerLog(credentials -> OwnIdentity.of(credentials, sts.get())));
            chosen = made;
        }
        return made;
    }
}
