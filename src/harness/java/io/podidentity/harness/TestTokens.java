package io.podidentity.harness;

import io.podidentity.token.TokenRules;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Builds service account tokens as kubelet projects them, and everything that only looks like one.
 *
 * <pre>{@code
 * String raw = TestTokens.at(now).pod("shop", "orders", "orders-0", "uid-0").sign();
 * }</pre>
 */
public final class TestTokens {

    public static final String AUDIENCE = TokenRules.EKS_AUDIENCE;
    public static final String ISSUER = "https://oidc.example.com/id/CLUSTER";

    private final Map<String, Object> claims = new LinkedHashMap<>();
    private final Map<String, Object> headers = new LinkedHashMap<>();
    private Key key = TestKeys.RSA.pair().getPrivateKey();
    private String algorithm = AlgorithmIdentifiers.RSA_USING_SHA256;

    private TestTokens(Instant now) {
        claim("aud", List.of(AUDIENCE));
        claim("iss", ISSUER);
        claim("iat", now.getEpochSecond());
        claim("nbf", now.getEpochSecond());
        claim("exp", now.plus(Duration.ofHours(24)).getEpochSecond());
        claim("jti", "6b7d9d1a-0a1c-4a55-9a8e-5d9b51a1a4f4");
        pod("shop", "orders", "orders-7d4b", "0b5c1a52-2d6a-4f0e-9d55-3c1d6f1c0001");
        header("kid", TestKeys.RSA.keyId());
    }

    /** A genuine RS256 token made at {@code now}, good for 24 h. */
    public static TestTokens at(Instant now) {
        return new TestTokens(now);
    }

    /** One made a minute ago for the only pod of a service account in namespace shop. */
    public static TestTokens of(String serviceAccount) {
        String pod = serviceAccount + "-0";
        return at(Instant.now().minusSeconds(60))
                .pod("shop", serviceAccount, pod, "uid-of-" + serviceAccount);
    }

    /** Binds the token to a pod. */
    public TestTokens pod(String namespace, String serviceAccount, String pod, String uid) {
        claim("sub", "system:serviceaccount:" + namespace + ":" + serviceAccount);
        return claim(
                "kubernetes.io",
                Map.of(
                        "namespace",
                        namespace,
                        "serviceaccount",
                        Map.of("name", serviceAccount, "uid", "uid-of-" + serviceAccount),
                        "pod",
                        Map.of("name", pod, "uid", uid),
                        "node",
                        Map.of("name", "node-1", "uid", "uid-of-node-1")));
    }

    public TestTokens audience(String... audiences) {
        return claim("aud", List.of(audiences));
    }

    public TestTokens issuer(String issuer) {
        return claim("iss", issuer);
    }

    public TestTokens expiresAt(Instant instant) {
        return claim("exp", instant.getEpochSecond());
    }

    public TestTokens notBefore(Instant instant) {
        return claim("nbf", instant.getEpochSecond());
    }

    /** Sets any claim; null takes it away. */
    public TestTokens claim(String name, @Nullable Object value) {
        return put(claims, name, value);
    }

    /** Sets any header but {@code alg}; null takes it away. */
    public TestTokens header(String name, @Nullable Object value) {
        return put(headers, name, value);
    }

    /** Signs with a cluster's key and names it in {@code kid}. */
    public TestTokens key(TestKeys signer) {
        header("kid", signer.keyId());
        return signature(
                switch (signer) {
                    case RSA, FOREIGN_RSA, WEAK_RSA -> AlgorithmIdentifiers.RSA_USING_SHA256;
                    case EC256 -> AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256;
                    case EC384 -> AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384;
                },
                signer.pair().getPrivateKey());
    }

    /** Signs with any algorithm and key, fitting or not; leaves {@code kid} alone. */
    public TestTokens signature(String signingAlgorithm, @Nullable Key signingKey) {
        this.algorithm = signingAlgorithm;
        this.key = signingKey;
        return this;
    }

    /** The claims as JSON. */
    public String payload() {
        return JsonUtil.toJson(claims);
    }

    /** The compact JWT. */
    public String sign() {
        return sign(payload());
    }

    /** The compact JWT over any payload. */
    public String sign(String payload) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jws.setDoKeyValidation(false);
        jws.setAlgorithmHeaderValue(algorithm);
        headers.forEach((name, value) -> jws.getHeaders().setObjectHeaderValue(name, value));
        jws.setKey(key);
        jws.setPayload(payload);
        try {
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private TestTokens put(Map<String, Object> target, String name, @Nullable Object value) {
        if (value == null) {
            target.remove(name);
        } else {
            target.put(name, value);
        }
        return this;
    }
}
