package io.podidentity.agent.server;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells the agent's own first requests from all others by their token: they are answered from the
 * rehearsal's cache, and neither counted nor logged. The token cannot be guessed and never leaves
 * the process. It is not forgotten: on a busy node its request may be read when nobody waits for
 * the answer any more, and must not reach EKS Auth then.
 */
@ApplicationScoped
public class WarmUpToken {

    private volatile @Nullable String token;

    /** Begins a rehearsal; returns its token, which reads like a pod's and is signed by nobody. */
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
