package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodIdentity;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Walks the whole way to EKS Auth once before the first pod does. Cold, the SDK's first call takes
 * as long as SDKs wait for an answer.
 */
@ApplicationScoped
public class Rehearsal {

    /** Bound while a rehearsal runs. */
    static final ScopedValue<Boolean> RUNNING = ScopedValue.newInstance();

    private final EksAuthSource source;

    Rehearsal(EksAuthSource source) {
        this.source = source;
    }

    /** Blocks until the way has been walked, two seconds at most; asks EKS Auth for nothing. */
    public CredentialOutcome run() {
        return ScopedValue.where(RUNNING, true)
                .call(
                        () ->
                                source.fetch(
                                        new CredentialRequest(
                                                "rehearsal",
                                                new PodIdentity("none", "none", null, null))));
    }

    static boolean running() {
        return RUNNING.isBound();
    }
}
