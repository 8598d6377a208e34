package io.podidentity.agent.cache;

import io.podidentity.agent.cache.CacheEvents.Verification;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;

/** Asks the verifier; whatever is not certain is not genuine. */
final class Verifications {

    private final TokenVerifier verifier;
    private final CacheEvents events;

    Verifications(TokenVerifier verifier, CacheEvents events) {
        this.verifier = verifier;
        this.events = events;
    }

    /** May block. */
    boolean genuine(ServiceAccountToken token) {
        Verification result = verify(token);
        events.verified(result);
        return result == Verification.GENUINE;
    }

    private Verification verify(ServiceAccountToken token) {
        try {
            return switch (verifier.verify(token)) {
                case Genuine genuine -> Verification.GENUINE;
                case Refused refused -> Verification.REFUSED;
                case Unverifiable unverifiable -> Verification.UNVERIFIABLE;
            };
        } catch (RuntimeException bug) {
            events.broke(bug);
            return Verification.UNVERIFIABLE;
        }
    }
}
