package io.podidentity.auth.sts;

import io.podidentity.aws.DryRun;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;

/** Asks STS for the service's own identity, which needs no permission. */
public final class OwnIdentity {

    private OwnIdentity() {}

    /** Warm-up: the first call is slow. Throws what the AWS SDK throws. */
    public static void warmUp(StsCalls sts) {
        sts.call(client -> client.getCallerIdentity().arn());
    }

    /**
     * Checks that requests to STS can be built.
     *
     * @throws io.podidentity.config.InvalidSettingException if they cannot
     */
    public static void check(StsCalls sts) {
        sts.call(
                client -> {
                    var settings = client.serviceClientConfiguration();
                    StsClientBuilder builder = StsClient.builder().region(settings.region());
                    settings.endpointOverride().ifPresent(builder::endpointOverride);
                    DryRun.of(
                            builder,
                            dry -> dry.getCallerIdentity(),
                            settings.endpointOverride().isPresent()
                                    ? "--sts-endpoint"
                                    : "AWS_REGION");
                    return true;
                });
    }

    /** The ARN of these credentials' identity. */
    static String of(AwsCredentials credentials, StsCalls sts) {
        return sts.call(
                client ->
                        client.getCallerIdentity(
                                        call ->
                                                call.overrideConfiguration(
                                                        c ->
                                                                c.credentialsProvider(
                                                                        StaticCredentialsProvider
                                                                                .create(
                                                                                        credentials))))
                                .arn());
    }
}
