package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries.Seal;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What seals for one token. In place of the token it keeps a key of this token's records, so that
 * each renewal can be sealed for all readers of an entry. Used by the keeper's thread only.
 */
final class TokenSeal implements Seal {

    private @Nullable String token;
    private @Nullable Derived derived;

    TokenSeal(String token) {
        this.token = token;
    }

    Derived derive(SecureRandom random) throws GeneralSecurityException {
        String raw = token;
        if (raw != null) {
            byte[] salt = new byte[SealedRecord.SALT];
            random.nextBytes(salt);
            derived = new Derived(RecordKeys.name(raw), salt, RecordKeys.key(raw, salt));
            token = null;
        }
        if (derived == null) {
            throw new IllegalStateException("a seal has either its token or what derives from it");
        }
        return derived;
    }

    /**
     * @param name of the record
     * @param salt that the key was derived with
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Derived(String name, byte[] salt, SecretKey key) {

        @Override
        public String toString() {
            return "Derived[" + name + "]";
        }
    }
}
