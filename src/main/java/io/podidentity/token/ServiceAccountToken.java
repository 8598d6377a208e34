package io.podidentity.token;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a service account token, verified or not.
 *
 * @param raw the compact JWT, a secret
 * @param keyId the header's {@code kid}
 * @param issuer the claim {@code iss}
 * @param audiences the claim {@code aud}, empty where it is missing
 * @param expiresAt the claim {@code exp}
 * @param notBefore the claim {@code nbf}
 * @param namespace from {@code kubernetes.io}, else from {@code sub}
 * @param serviceAccount from {@code kubernetes.io}, else from {@code sub}
 * @param podName from {@code kubernetes.io}
 * @param podUid from {@code kubernetes.io}
 */
public record ServiceAccountToken(
        String raw,
        @Nullable String keyId,
        @Nullable String issuer,
        List<String> audiences,
        @Nullable Instant expiresAt,
        @Nullable Instant notBefore,
        @Nullable String namespace,
        @Nullable String serviceAccount,
        @Nullable String podName,
        @Nullable String podUid) {

    public ServiceAccountToken {
        audiences = List.copyOf(audiences);
    }

    @Override
    public String toString() {
        return "ServiceAccountToken["
                + namespace
                + "/"
                + serviceAccount
                + ", pod "
                + podName
                + ", expires "
                + expiresAt
                + "]";
    }
}
