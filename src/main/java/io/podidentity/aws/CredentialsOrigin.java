package io.podidentity.aws;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * One place that credentials can come from.
 *
 * @param name how it is told in logs and errors
 */
public record CredentialsOrigin(String name, AwsCredentialsProvider provider) {}
