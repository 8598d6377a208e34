package io.podidentity.agent.eksauth;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/** The agent's own credentials, the node's: the SDK's default chain less the container provider. */
final class SigningCredentials {

    private SigningCredentials() {}

    /** The chain. Without the container provider the agent can never be its own client. */
    static AwsCredentialsProvider chain(SdkHttpClient http) {
        return AwsCredentialsProviderChain.builder()
                .reuseLastProviderEnabled(true)
                .addCredentialsProvider(SystemPropertyCredentialsProvider.create())
                .addCredentialsProvider(EnvironmentVariableCredentialsProvider.create())
                .addCredentialsProvider(new OnDemand(() -> webIdentity(http)))
                .addCredentialsProvider(SharedProfile.credentials())
                .addCredentialsProvider(
                        InstanceProfileCredentialsProvider.builder()
                                .asyncCredentialUpdateEnabled(true)
                                .asyncThreadName("instance-credentials")
                                .build())
                .build();
    }

    private static AwsCredentialsProvider webIdentity(SdkHttpClient http) {
        return StsWebIdentityTokenFileCredentialsProvider.builder()
                .stsClient(
                        StsClient.builder()
                                .httpClient(http)
                                .credentialsProvider(AnonymousCredentialsProvider.create())
                                .build())
                .build();
    }

    /** Made when first asked, because making it fails where its settings are missing. */
    private static final class OnDemand implements AwsCredentialsProvider {

        private final Supplier<AwsCredentialsProvider> maker;
        private @Nullable AwsCredentialsProvider made;

        OnDemand(Supplier<AwsCredentialsProvider> maker) {
            this.maker = maker;
        }

        @Override
        public synchronized AwsCredentials resolveCredentials() {
            if (made == null) {
                made = maker.get();
            }
            return made.resolveCredentials();
        }
    }
}
