package io.podidentity.agent.cache;

import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import java.util.ArrayList;
import java.util.List;

/** Finds every token what it is told to find. */
public final class FakeVerifier implements TokenVerifier {

    private final List<ServiceAccountToken> asked = new ArrayList<>();
    private Verdict verdict = new Verdict.Genuine();

    @Override
    public synchronized Verdict verify(ServiceAccountToken token) {
        asked.add(token);
        if (verdict == null) {
            throw new IllegalStateException("verifier");
        }
        return verdict;
    }

    synchronized void finds(Verdict verdict) {
        this.verdict = verdict;
    }

    synchronized void breaks() {
        verdict = null;
    }

    synchronized int count() {
        return asked.size();
    }
}
