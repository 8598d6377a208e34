package io.podidentity.auth.exchange;

import java.time.Instant;

/**
 * A session of a role.
 *
 * @param assumedRoleArn with the session's name
 * @param assumedRoleId with the session's name
 */
public record Session(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        Instant expiration,
        String assumedRoleArn,
        String assumedRoleId)
        implements Issuance {

    @Override
    public String toString() {
        return "Session[" + accessKeyId + ", " + assumedRoleArn + ", expires " + expiration + "]";
    }
}
