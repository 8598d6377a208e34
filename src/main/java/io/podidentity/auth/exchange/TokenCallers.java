package io.podidentity.auth.exchange;

import io.podidentity.auth.exchange.Callers.Decision;
import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenReading.Malformed;
import io.podidentity.token.TokenReading.OutOfTime;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * Callers that are known by a service account token of their own, such as a node's agent. It must
 * be meant for this service, so that neither a pod's token for EKS Auth nor one for the API server
 * will do.
 */
public final class TokenCallers {

    /** The audience of such tokens. */
    public static final String AUDIENCE = "pod-identity-auth";

    private static final String SCHEME = "Bearer ";

    private final TokenReader reader;
    private final List<TokenVerifier> clusters;
    private final Set<String> accounts;

    /**
     * @param clusters verifiers of tokens for {@link #AUDIENCE}, one for each cluster
     * @param accounts who may call, each as {@code NAMESPACE/NAME}
     */
    public TokenCallers(List<TokenVerifier> clusters, Set<String> accounts, Clock clock) {
        this.reader = new TokenReader(clock);
        this.clusters = List.copyOf(clusters);
        this.accounts = Set.copyOf(accounts);
    }

    static boolean isToken(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    Decision check(String authorization) {
        return switch (reader.read(authorization.substring(SCHEME.length()).strip())) {
            case Malformed(String problem) -> denied(problem);
            case OutOfTime late -> denied(late.problem());
            case Current(ServiceAccountToken token) -> check(token);
        };
    }

    private Decision check(ServiceAccountToken token) {
        return switch (verdict(token)) {
            case Genuine() -> permitted(token);
            case Refused(String problem) -> denied("token is invalid: " + problem);
            case Unverifiable(String problem) ->
                    new Denied(
                            ErrorType.SERVICE_UNAVAILABLE,
                            "The caller's token cannot be verified: " + problem);
        };
    }

    /** Each cluster signs its own: one that knows it is enough. */
    private Verdict verdict(ServiceAccountToken token) {
        Verdict worst = new Refused("no cluster has signed it");
        for (TokenVerifier each : clusters) {
            Verdict verdict = each.verify(token);
            if (verdict instanceof Genuine) {
                return verdict;
            }
            if (!(worst instanceof Unverifiable)) {
                worst = verdict;
            }
        }
        return worst;
    }

    private Decision permitted(ServiceAccountToken token) {
        String account = token.namespace() + "/" + token.serviceAccount();
        return accounts.contains(account)
                ? new Allowed(
                        "service account "
                                + account
                                + (token.podName() == null ? "" : ", pod " + token.podName()))
                : new Denied(
                        CallerError.NOT_ALLOWED,
                        "Service account "
                                + account
                                + " may not call; --caller-service-account names those that may");
    }

    private static Decision denied(String problem) {
        return new Denied(CallerError.UNKNOWN_KEY, "The caller's " + problem);
    }
}
