package io.podidentity.aws;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/**
 * STS for the process' own identity, called with our HTTP client: one that the SDK makes would not
 * know our CA bundle and proxies.
 */
public final class OwnSts {

    private final Supplier<SdkHttpClient> http;
    private final Supplier<String> region;
    private @Nullable StsClient made;

    /** The client is created lazily: few nodes need it. */
    public OwnSts(Supplier<SdkHttpClient> http, Supplier<String> region) {
        this.http = http;
        this.region = region;
    }

    AwsCredentialsProvider webIdentity(String role, @Nullable String session, Path tokenFile) {
        return StsWebIdentityTokenFileCredentialsProvider.builder()
                .stsClient(client())
                .roleArn(role)
                .roleSessionName(session)
                .webIdentityTokenFile(tokenFile)
                .build();
    }

    AwsCredentialsProvider role(Profile profile, String role, AwsCredentialsProvider source) {
        AssumeRoleRequest.Builder request =
                AssumeRoleRequest.builder()
                        .roleArn(role)
                        .roleSessionName(
                                profile.property(ProfileProperty.ROLE_SESSION_NAME)
                                        .orElse("pod-identity-agent"))
                        .overrideConfiguration(call -> call.credentialsProvider(source));
        profile.property(ProfileProperty.EXTERNAL_ID).ifPresent(request::externalId);
        profile.property(ProfileProperty.DURATION_SECONDS)
                .map(Integer::valueOf)
                .ifPresent(request::durationSeconds);
        return StsAssumeRoleCredentialsProvider.builder()
                .stsClient(client())
                .refreshRequest(request.build())
                .build();
    }

    private synchronized StsClient client() {
        StsClient client = made;
        if (client == null) {
            DryRun.of(builder(), sts -> sts.getCallerIdentity(), "AWS_ENDPOINT_URL_STS");
            client =
                    builder()
                            .httpClient(http.get())
                            .credentialsProvider(AnonymousCredentialsProvider.create())
                            .build();
            made = client;
        }
        return client;
    }

    private StsClientBuilder builder() {
        return StsClient.builder().region(Region.of(region.get()));
    }
}
