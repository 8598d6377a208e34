package io.podidentity.agent.credentials;

import java.time.Instant;

/** Short-lived AWS credentials of one pod. */
public record PodCredentials(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        String accountId,
        Instant expiration) {

    @Override
    public String toString() {
        return "PodCredentials[" + accessKeyId + ", expires " + expiration + "]";
    }
}
