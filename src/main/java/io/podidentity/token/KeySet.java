package io.podidentity.token;

import java.io.IOException;
import java.security.PublicKey;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/** A fixed set of keys, by id. */
public record KeySet(Map<String, VerificationKey> keys) implements KeySource {

    public KeySet {
        keys = Map.copyOf(keys);
    }

    public static KeySet of(VerificationKey... keys) {
        return of(List.of(keys));
    }

    private static KeySet of(Collection<VerificationKey> keys) {
        Map<String, VerificationKey> byId = new LinkedHashMap<>();
        keys.forEach(key -> byId.putIfAbsent(key.keyId(), key));
        return new KeySet(byId);
    }

    /**
     * Reads a JWKS document. Keys without an id, for encryption, or of an unknown type are left
     * out.
     *
     * @throws IOException where it is not a JWKS document with at least one key to verify with
     */
    public static KeySet parse(String jwks) throws IOException {
        List<JsonWebKey> found;
        try {
            found = new JsonWebKeySet(jwks).getJsonWebKeys();
        } catch (JoseException | RuntimeException e) {
            throw new IOException("not a JWKS document", e);
        }
        KeySet set = of(found.stream().filter(KeySet::canVerify).map(KeySet::key).toList());
        if (set.keys.isEmpty()) {
            throw new IOException(
                    "the JWKS document has no key that tokens could be verified with");
        }
        return set;
    }

    @Override
    public Lookup find(String keyId) {
        VerificationKey key = keys.get(keyId);
        return key == null ? new Lookup.Unknown() : new Lookup.Found(key);
    }

    private static boolean canVerify(JsonWebKey jwk) {
        return jwk.getKeyId() != null
                && (jwk.getUse() == null || jwk.getUse().equals("sig"))
                && jwk.getKey() instanceof PublicKey;
    }

    private static VerificationKey key(JsonWebKey jwk) {
        return VerificationKey.of(jwk, (PublicKey) jwk.getKey());
    }
}
