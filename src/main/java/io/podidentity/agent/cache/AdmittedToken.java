package io.podidentity.agent.cache;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A token that may read an entry until it expires. */
record AdmittedToken(TokenDigest digest, @Nullable Instant expiresAt) {

    static AdmittedToken of(PodToken good) {
        return new AdmittedToken(good.digest(), good.expiresAt());
    }

    boolean valid(Instant now) {
        return expiresAt == null || now.isBefore(expiresAt);
    }
}
