package io.podidentity.agent.cache;

import io.podidentity.agent.cache.SealedEntries.Seal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token that may read an entry until it expires.
 *
 * @param seal for whatever the token may read
 */
record AdmittedToken(TokenDigest digest, @Nullable Instant expiresAt, Seal seal) {

    static AdmittedToken of(PodToken good, SealedEntries sealed) {
        return new AdmittedToken(
                good.digest(), good.expiresAt(), sealed.seal(good.request().token()));
    }

    boolean valid(Instant now) {
        return expiresAt == null || now.isBefore(expiresAt);
    }
}
