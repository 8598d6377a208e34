package io.podidentity.token;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Verifies a token, then asks the API server, which knows whether its pod still exists. */
public final class ReviewedTokens implements TokenVerifier {

    private static final String PATH = "/apis/authentication.k8s.io/v1/tokenreviews";

    private final TokenVerifier first;
    private final ApiServer server;

    /**
     * @param first verifies first, so that forged tokens cost the API server nothing
     */
    public ReviewedTokens(TokenVerifier first, ApiServer server) {
        this.first = first;
        this.server = server;
    }

    @Override
    public Verdict verify(ServiceAccountToken token) {
        return switch (first.verify(token)) {
            case Verdict.Genuine() -> review(token);
            case Verdict.Refused refused -> refused;
            case Verdict.Unverifiable unverifiable -> unverifiable;
        };
    }

    /**
     * Asks about something that is no token, to see whether this service may ask.
     *
     * @throws IOException if it may not, or the API server cannot be asked; the message says which
     */
    public void checkPermission() throws IOException {
        ask("none");
    }

    private String ask(String token) throws IOException {
        try {
            return server.post(PATH, JsonUtil.toJson(question(token)));
        } catch (ForbiddenException e) {
            throw new IOException(
                    "this service may not review tokens: bind its service account to the"
                            + " ClusterRole system:auth-delegator",
                    e);
        }
    }

    private Verdict review(ServiceAccountToken token) {
        try {
            return verdict(JsonUtil.parseJson(ask(token.raw())), token);
        } catch (IOException e) {
            return new Verdict.Unverifiable("the API server cannot be asked: " + e.getMessage());
        } catch (JoseException e) {
            return new Verdict.Unverifiable("the API server's answer cannot be read");
        }
    }

    private static Map<String, Object> question(String token) {
        return Map.of(
                "apiVersion",
                "authentication.k8s.io/v1",
                "kind",
                "TokenReview",
                "spec",
                Map.of("token", token, "audiences", List.of(TokenRules.EKS_AUDIENCE)));
    }

    private static Verdict verdict(Map<String, Object> answer, ServiceAccountToken token) {
        if (!(answer.get("status") instanceof Map<?, ?> status)) {
            return new Verdict.Unverifiable("the API server's answer has no status");
        }
        String subject =
                "system:serviceaccount:" + token.namespace() + ":" + token.serviceAccount();
        boolean same =
                status.get("user") instanceof Map<?, ?> user
                        && subject.equals(user.get("username"));
        if (!Boolean.TRUE.equals(status.get("authenticated")) || !same) {
            return new Verdict.Refused(
                    "the cluster does not accept it any more; its pod may be gone");
        }
        if (status.get("error") instanceof String error && !error.isEmpty()) {
            return new Verdict.Unverifiable("the API server is not sure about it");
        }
        return forUs(status.get("audiences"));
    }

    /** A server that ignores the requested audiences has checked its own. */
    private static Verdict forUs(@Nullable Object audiences) {
        if (!(audiences instanceof List<?> list) || list.isEmpty()) {
            return new Verdict.Unverifiable("the API server does not look at audiences");
        }
        return list.contains(TokenRules.EKS_AUDIENCE)
                ? new Verdict.Genuine()
                : new Verdict.Refused("its audience is not " + TokenRules.EKS_AUDIENCE);
    }
}
