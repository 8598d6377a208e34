package io.podidentity.doctor;

import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading;
import io.podidentity.token.TokenRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;

/** The token that SDKs in a pod send. */
final class PodToken {

    static final String VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private static final int MAX_TOKEN = 16 * 1024;

    private final PodSurroundings pod;
    private final Clock clock;
    private final Once<String> raw;

    PodToken(PodSurroundings pod, Clock clock) {
        this.pod = pod;
        this.clock = clock;
        this.raw = new Once<>(this::read);
    }

    /** As it is sent; a check without it cannot be made. */
    String needed() throws InterruptedException {
        return raw.needed("the token").strip();
    }

    /** Whether SDKs would find a token that the agent takes. */
    Finding look() throws Exception {
        String file = pod.variable(VARIABLE).orElse("");
        if (file.isEmpty()) {
            return Finding.skipped("needs " + VARIABLE);
        }
        String text;
        try {
            text = raw.get();
        } catch (NoSuchFileException e) {
            return Finding.fail("there is no " + file, PodChecks.RESTART);
        } catch (IOException e) {
            return Finding.fail(
                    file + " cannot be read (" + e.getClass().getSimpleName() + ")",
                    "let the container's user read it (fsGroup)");
        }
        if (!text.equals(text.strip())) {
            return Finding.fail(
                    file + " has white space around the token, or a new line at its end",
                    "project the token itself: kubelet writes none, and most SDKs refuse it");
        }
        return switch (new TokenReader(clock).read(text)) {
            case TokenReading.Malformed(String problem) ->
                    Finding.fail(problem, "project a service account token there");
            case TokenReading.OutOfTime late ->
                    Finding.fail(
                            late.problem(),
                            "see whether kubelet renews it (projected, not copied), and the clock");
            case TokenReading.Current(ServiceAccountToken token) -> whose(token);
        };
    }

    private String read() throws IOException {
        Path file = pod.path(pod.needed(VARIABLE));
        if (Files.size(file) > MAX_TOKEN) {
            throw new IOException(file + " is too long for a token");
        }
        return Files.readString(file);
    }

    private Finding whose(ServiceAccountToken token) {
        String seen =
                "of %s/%s, pod %s, for %s, until %s"
                        .formatted(
                                token.namespace(),
                                token.serviceAccount(),
                                token.podName(),
                                String.join(", ", token.audiences()),
                                token.expiresAt());
        if (!token.audiences().contains(TokenRules.EKS_AUDIENCE)) {
            return Finding.fail(seen, "project it for the audience " + TokenRules.EKS_AUDIENCE);
        }
        return token.podName() == null
                ? Finding.fail(seen, "project a token that is bound to the pod")
                : Finding.ok(seen);
    }
}
