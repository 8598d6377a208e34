package io.podidentity.bench;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodCredentials;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;

/** Tokens and credentials of the sizes they have in life. */
final class Sized {

    private static final int SIGNATURE = 256;
    private static final int SESSION_TOKEN = 900;

    private final Random random = new Random(42);

    /** A JWT of about 1,200 characters, unsigned. */
    String token(int pod) {
        String header = "{\"alg\":\"RS256\",\"kid\":\"0123456789abcdef0123456789abcdef01234567\"}";
        String claims =
                """
                {"aud":["pods.eks.amazonaws.com"],"exp":4102444800,"iat":1763683200,\
                "iss":"https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",\
                "jti":"0b5a1b7e-0000-4000-8000-%012d",\
                "kubernetes.io":{"namespace":"payments",\
                "node":{"name":"ip-10-0-0-1.eu-west-1.compute.internal",\
                "uid":"11111111-2222-4333-8444-555555555555"},\
                "pod":{"name":"checkout-7d9f8b6c5d-%05d","uid":"%s"},\
                "serviceaccount":{"name":"checkout","uid":"66666666-7777-4888-8999-000000000000"}},\
                "nbf":1763683200,"sub":"system:serviceaccount:payments:checkout"}"""
                        .formatted(pod, pod, uid(pod));
        return encoded(header.getBytes(StandardCharsets.UTF_8))
                + "."
                + encoded(claims.getBytes(StandardCharsets.UTF_8))
                + "."
                + encoded(bytes(SIGNATURE));
    }

    static String uid(int pod) {
        return "aaaaaaaa-bbbb-4ccc-8ddd-%012d".formatted(pod);
    }

    /** Strings of its own for each answer, as a parser makes them. */
    Issued issued(CredentialRequest request, Instant expiration) {
        return new Issued(
                new PodCredentials(
                        "ASIA" + encoded(bytes(12)),
                        encoded(bytes(30)),
                        encoded(bytes(SESSION_TOKEN)),
                        new String("123456789012"),
                        expiration),
                new Association(
                        "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/c/a-"
                                + encoded(bytes(12)),
                        "a-" + encoded(bytes(12)),
                        "arn:aws:sts::123456789012:assumed-role/checkout/eks-c-checkout-"
                                + encoded(bytes(27)),
                        String.valueOf(request.pod()),
                        "checkout"));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
