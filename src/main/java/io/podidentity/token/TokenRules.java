package io.podidentity.token;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token must claim to be accepted.
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
            // Otherwise any audience would do, such as the API server's.
            throw new IllegalArgumentException("a token must be meant for somebody");
        }
    }
}
