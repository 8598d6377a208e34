package io.podidentity.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Signs the agent's requests in development, so that a developer's own credentials stay unused. */
@IfBuildProfile("dev")
@Singleton
class DevelopmentCredentials {

    @Produces
    @Singleton
    AwsCredentialsProvider signing() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create("AKIADEVELOPMENTONLY0", "development-only"));
    }
}
