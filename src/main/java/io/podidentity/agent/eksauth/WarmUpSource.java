package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;

/** Warm-up call that sends no request for credentials; a cold one takes as long as SDKs wait. */
@ApplicationScoped
@Typed(WarmUpSource.class)
public class WarmUpSource implements CredentialSource {

    /** Bound during a warm-up call. */
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
