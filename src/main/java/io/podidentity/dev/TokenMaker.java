package io.podidentity.dev;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.token.TokenRules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** Makes service account tokens as the API server does. */
record TokenMaker(PublicJsonWebKey key, Duration lifetime) {

    static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    String tokenFor(SamplePod pod, Instant now) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        jws.setKeyIdHeaderValue(key.getKeyId());
        jws.setKey(key.getPrivateKey());
        jws.setPayload(JsonUtil.toJson(claims(pod, now)));
        try {
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Object> claims(SamplePod pod, Instant now) {
        return Map.of(
                "aud",
                List.of(TokenRules.EKS_AUDIENCE),
                "exp",
                now.plus(lifetime).getEpochSecond(),
                "iat",
                now.getEpochSecond(),
                "nbf",
                now.getEpochSecond(),
                "iss",
                ISSUER,
                "jti",
                UUID.randomUUID().toString(),
                "sub",
                "system:serviceaccount:" + pod.namespace() + ":" + pod.serviceAccount(),
                "kubernetes.io",
                Map.of(
                        "namespace",
                        pod.namespace(),
                        "serviceaccount",
                        named(pod.serviceAccount()),
                        "pod",
                        Map.of("name", pod.name(), "uid", pod.uid()),
                        "node",
                        named("development")));
    }

    private static Map<String, String> named(String name) {
        return Map.of("name", name, "uid", UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).toString());
    }
}
