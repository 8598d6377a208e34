package io.podidentity.token;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * A key that tokens are verified with, and the only algorithms it may be used with. A key which is
 * too weak, or of a kind that clusters do not sign with, has none.
 */
public record VerificationKey(String keyId, PublicKey key, Set<String> algorithms) {

    private static final int MIN_RSA_BITS = 2048;

    public VerificationKey {
        algorithms = Set.copyOf(algorithms);
    }

    /** Any algorithm that fits the key. */
    public static VerificationKey of(String keyId, PublicKey key) {
        return new VerificationKey(keyId, key, fitting(key));
    }

    /** From a JWK with an id; if it names its algorithm, only that one is allowed. */
    static VerificationKey of(JsonWebKey jwk, PublicKey key) {
        Set<String> fitting = fitting(key);
        @Nullable String only = jwk.getAlgorithm();
        if (only == null) {
            return new VerificationKey(jwk.getKeyId(), key, fitting);
        }
        return new VerificationKey(
                jwk.getKeyId(), key, fitting.contains(only) ? Set.of(only) : Set.of());
    }

    private static Set<String> fitting(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= MIN_RSA_BITS ->
                    Set.of(
                            AlgorithmIdentifiers.RSA_USING_SHA256,
                            AlgorithmIdentifiers.RSA_USING_SHA384,
                            AlgorithmIdentifiers.RSA_USING_SHA512);
            case ECPublicKey ec ->
                    switch (ec.getParams().getOrder().bitLength()) {
                        case 256 -> Set.of(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
                        case 384 -> Set.of(AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384);
                        default -> Set.of();
                    };
            default -> Set.of();
        };
    }
}
