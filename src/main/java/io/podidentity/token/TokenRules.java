package io.podidentity.token;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token must say to be believed.
 *
 * @param issuer the only issuer accepted; null accepts any, since the keys already name the cluster
 * @param audiences a token must be meant for one of these
 */
public record TokenRules(@Nullable String issuer, Set<String> audiences) {

    /** The audience of tokens that are meant for EKS Auth. */
    public static final String EKS_AUDIENCE = "pods.eks.amazonaws.com";

    public TokenRules {
        audiences = Set.copyOf(audiences);
        if (audiences.isEmpty()) {
            // Any audience would do: the API server's, a vault's, a service mesh's.
            throw new IllegalArgumentException("a token must be meant for somebody");
        }
    }
}
