package io.podidentity.agent.server;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Marks warm-up requests by their token: they are answered from the {@link WarmUpCache}, and
 * neither counted nor logged. The token cannot be guessed and never leaves the process. It stays
 * valid: a delayed warm-up request must not reach EKS Auth.
 */
@ApplicationScoped
public class WarmUpToken {

    private volatile @Nullable String token;

    /** Begins a warm-up; returns its token, which looks like a pod's but is not signed. */
    public String begin(Instant expiry) {
        String begun =
                part("{\"alg\":\"RS256\",\"kid\":\"none\"}")
                        + "."
                        + part(
                                """
                                {"aud":["none"],"exp":%d,"sub":"system:serviceaccount:none:none",
                                 "kubernetes.io":{"namespace":"none",
                                                  "serviceaccount":{"name":"none"},
                                                  "pod":{"name":"none","uid":"none"}}}
                                """
                                        .formatted(expiry.getEpochSecond()))
                        + "."
                        + part(UUID.randomUUID().toString());
        token = begun;
        return begun;
    }

    boolean isIn(HttpServerRequest request) {
        String running = token;
        return running != null && running.equals(request.getHeader("Authorization"));
    }

    private static String part(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
