package io.podidentity.harness;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.HexFormat;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * Signing keys of a cluster that exists in tests only; each is made once, with a {@code kid} of 40
 * hex digits.
 */
@SuppressWarnings("ImmutableEnumChecker") // the library's key type is mutable; nobody changes these
public enum TestKeys {
    RSA("RSA", rsaOf(2048)),
    /** Another cluster's. */
    FOREIGN_RSA("RSA", rsaOf(2048)),
    WEAK_RSA("RSA", rsaOf(1024)),
    EC256("EC", new ECGenParameterSpec("secp256r1")),
    EC384("EC", new ECGenParameterSpec("secp384r1"));

    private final PublicJsonWebKey pair;

    TestKeys(String type, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            generator.initialize(parameters);
            KeyPair keys = generator.generateKeyPair();
            pair = PublicJsonWebKey.Factory.newPublicJwk(keys.getPublic());
            pair.setPrivateKey(keys.getPrivate());
            pair.setKeyId(hexDigest(keys.getPublic().getEncoded()));
            pair.setUse("sig");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key pair, private key included. */
    public PublicJsonWebKey pair() {
        return pair;
    }

    public String keyId() {
        return pair.getKeyId();
    }

    /** A JWKS document of the public halves, as the API server serves it. */
    public static String jwks(TestKeys... keys) {
        return jwksAmong("{\"keys\":[]}", keys);
    }

    /** The same, after the keys of another document. */
    static String jwksAmong(String others, TestKeys... keys) {
        try {
            JsonWebKeySet set = new JsonWebKeySet(others);
            for (TestKeys key : keys) {
                PublicJsonWebKey half =
                        PublicJsonWebKey.Factory.newPublicJwk(key.pair.getPublicKey());
                half.setKeyId(key.keyId());
                half.setUse("sig");
                set.addJsonWebKey(half);
            }
            return set.toJson(OutputControlLevel.PUBLIC_ONLY);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AlgorithmParameterSpec rsaOf(int bits) {
        return new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4);
    }

    private static String hexDigest(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                .substring(0, 40);
    }
}
