package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.token.ServiceAccountToken;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token as the cache knows it; its claims are not verified.
 *
 * @param key the pod's UID, or the token's digest where it names no pod
 * @param expiresAt when the token expires
 */
record PodToken(
        String key, TokenDigest digest, CredentialRequest request, @Nullable Instant expiresAt) {

    static PodToken of(ServiceAccountToken token, TokenDigest digest) {
        return new PodToken(
                key(token, digest),
                digest,
                new CredentialRequest(token.raw(), identity(token)),
                token.expiresAt());
    }

    static String key(ServiceAccountToken token, TokenDigest digest) {
        String pod = token.podUid();
        return pod == null ? digest.toString() : pod;
    }

    @Nullable PodIdentity pod() {
        return request.pod();
    }

    /** Whether both claim to be the same pod of the same service account. */
    boolean samePod(@Nullable PodIdentity other) {
        PodIdentity mine = pod();
        return mine != null && mine.podUid() != null && mine.equals(other);
    }

    boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /** Whether this token outlives the other. */
    boolean newerThan(PodToken other) {
        return expiresAt != null && (other.expiresAt == null || expiresAt.isAfter(other.expiresAt));
    }

    private static @Nullable PodIdentity identity(ServiceAccountToken token) {
        String namespace = token.namespace();
        String serviceAccount = token.serviceAccount();
        return namespace == null || serviceAccount == null
                ? null
                : new PodIdentity(namespace, serviceAccount, token.podName(), token.podUid());
    }
}
