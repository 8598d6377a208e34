package io.podidentity.agent.health;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/** A token that reads like a pod's and is signed by nobody. */
final class RehearsalToken {

    private RehearsalToken() {}

    static String until(Instant expiry) {
        return part("{\"alg\":\"RS256\",\"kid\":\"none\"}")
                + "."
                + part(
                        """
                        {"aud":["none"],"exp":%d,"sub":"system:serviceaccount:none:none",
                         "kubernetes.io":{"namespace":"none","serviceaccount":{"name":"none"},
                                          "pod":{"name":"none","uid":"none"}}}
                        """
                                .formatted(expiry.getEpochSecond()))
                + ".none";
    }

    private static String part(String json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
