package io.podidentity.aws;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Where credentials come from.
 *
 * @param name for logs and errors
 */
public record CredentialsOrigin(String name, AwsCredentialsProvider provider) {}
