package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;

/**
 * Walks the whole way to EKS Auth once before the first pod does, and asks it for nothing. Cold,
 * the SDK's first call takes as long as SDKs wait for an answer.
 */
@ApplicationScoped
@Typed(WarmUpSource.class)
public class WarmUpSource implements CredentialSource {

    /** Bound while a rehearsal runs. */
    private static final ScopedValue<Boolean> RUNNING = ScopedValue.newInstance();

    private final EksAuthSource source;

    WarmUpSource(EksAuthSource source) {
        this.source = source;
    }

    @Override
    public CredentialOutcome fetch(CredentialRequest request) {
        return ScopedValue.where(RUNNING, true).call(() -> source.fetch(request));
    }

    static boolean running() {
        return RUNNING.isBound();
    }
}
