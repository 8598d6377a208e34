package io.podidentity.agent.cache;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A token that may read an entry until it expires. */
record Pass(TokenDigest digest, @Nullable Instant expiresAt) {

    static Pass of(Claim good) {
        return new Pass(good.digest(), good.expiresAt());
    }

    boolean valid(Instant now) {
        return expiresAt == null || now.isBefore(expiresAt);
    }
}
