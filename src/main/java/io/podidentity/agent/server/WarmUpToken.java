package io.podidentity.agent.server;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Marks warm-up requests by the end of their tokens: they are answered from the {@link
 * WarmUpCache}, and neither counted nor logged. It cannot be guessed and never leaves the process.
 * It stays valid: a delayed warm-up request must not reach EKS Auth.
 */
@ApplicationScoped
public class WarmUpToken {

    private volatile @Nullable String mark;

    /** Begins a warm-up. */
    public void begin() {
        mark = "." + part(UUID.randomUUID().toString());
    }

    /** A token that looks like a pod's but is not signed; each pod has one of its own. */
    public String of(int pod, Instant expiry) {
        return part("{\"alg\":\"RS256\",\"kid\":\"none\"}")
                + "."
                + part(
                        """
                        {"aud":["none"],"exp":%d,"sub":"system:serviceaccount:none:none",
                         "kubernetes.io":{"namespace":"none",
                                          "serviceaccount":{"name":"none"},
                                          "pod":{"name":"none","uid":"none-%d"}}}
                        """
                                .formatted(expiry.getEpochSecond(), pod))
                + mark;
    }

    boolean isIn(HttpServerRequest request) {
        String begun = mark;
        String token = request.getHeader("Authorization");
        return begun != null && token != null && token.endsWith(begun);
    }

    private static String part(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
