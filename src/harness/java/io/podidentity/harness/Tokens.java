package io.podidentity.harness;

import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Tokens as pods bring them. */
public final class Tokens {

    private Tokens() {}

    /** The first token of a pod. */
    public static ServiceAccountToken of(String pod) {
        return of(pod, 0);
    }

    /** A pod's token of a certain generation; later ones expire later. */
    public static ServiceAccountToken of(String pod, int generation) {
        return token(
                "raw-" + pod + "-" + generation,
                "app",
                "pod-" + pod,
                "uid-" + pod,
                Instant.parse("2026-11-22T00:00:00Z").plus(Duration.ofDays(generation)));
    }

    public static ServiceAccountToken token(
            String raw, String serviceAccount, String podName, String podUid, Instant expiresAt) {
        return new ServiceAccountToken(
                raw,
                "kid",
                "https://issuer",
                List.of("pods.eks.amazonaws.com"),
                expiresAt,
                null,
                "default",
                serviceAccount,
                podName,
                podUid);
    }
}
