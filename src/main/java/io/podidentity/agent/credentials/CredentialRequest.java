package io.podidentity.agent.credentials;

import org.jspecify.annotations.Nullable;

/**
 * What a source needs to issue credentials.
 *
 * @param token the raw service account token, a secret
 * @param pod what the token claims; null where it claims no Kubernetes identity
 */
public record CredentialRequest(String token, @Nullable PodIdentity pod) {

    @Override
    public String toString() {
        return "CredentialRequest[" + pod + "]";
    }
}
