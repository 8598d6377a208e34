package io.podidentity.auth.exchange;

import io.podidentity.auth.associations.Associations;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenReading.Expired;
import io.podidentity.token.TokenReading.Malformed;
import io.podidentity.token.TokenReading.NotYetValid;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Exchanges a service account token for a session of the role it is associated with. */
public final class Exchange {

    /** What is wrong with a role, and not with STS or with this service. */
    private static final Set<ErrorType> REFUSED_BY_STS =
            EnumSet.of(
                    ErrorType.ACCESS_DENIED,
                    ErrorType.RESOURCE_NOT_FOUND,
                    ErrorType.INVALID_REQUEST);

    private final TokenReader reader;
    private final Function<String, @Nullable TokenVerifier> clusters;
    private final Associations associations;
    private final SessionIssuer issuer;

    /**
     * @param clusters finds a cluster's verifier by name; null for unknown clusters
     */
    public Exchange(
            Function<String, @Nullable TokenVerifier> clusters,
            Associations associations,
            SessionIssuer issuer,
            Clock clock) {
        this.reader = new TokenReader(clock);
        this.clusters = clusters;
        this.associations = associations;
        this.issuer = issuer;
    }

    /** May block: never call it on an event loop. */
    public Outcome exchange(String cluster, String token) {
        if (!Subject.CLUSTER_NAME.matcher(cluster).matches()) {
            return new Refusal(ErrorType.INVALID_PARAMETER, "The cluster's name is not valid");
        }
        TokenVerifier verifier = clusters.apply(cluster);
        if (verifier == null) {
            return new Refusal(
                    ErrorType.RESOURCE_NOT_FOUND, "No cluster found for name: " + cluster);
        }
        return switch (reader.read(token)) {
            case Malformed(String problem) -> invalidToken(problem);
            case Expired(String problem) ->
                    new Refusal(ErrorType.EXPIRED_TOKEN, "The service account " + problem);
            case NotYetValid(String problem) -> invalidToken(problem);
            case Current(ServiceAccountToken read) -> verify(cluster, verifier, read);
        };
    }

    private Outcome verify(String cluster, TokenVerifier verifier, ServiceAccountToken token) {
        return switch (verifier.verify(token)) {
            case Genuine() -> issue(cluster, token);
            case Refused(String problem) -> invalidToken(problem);
            case Unverifiable(String problem) ->
                    new Refusal(
                            ErrorType.SERVICE_UNAVAILABLE, "Tokens cannot be verified: " + problem);
        };
    }

    private Outcome issue(String cluster, ServiceAccountToken token) {
        // A genuine token names both.
        String namespace = Objects.requireNonNull(token.namespace());
        String serviceAccount = Objects.requireNonNull(token.serviceAccount());
        return switch (associations.find(cluster, namespace, serviceAccount)) {
            case Associations.Lookup.Found(RoleAssociation association) ->
                    issue(association, token);
            case Associations.Lookup.None() ->
                    new Refusal(
                            ErrorType.RESOURCE_NOT_FOUND,
                            "There is no pod identity association for service account %s/%s in cluster %s"
                                    .formatted(namespace, serviceAccount, cluster));
            case Associations.Lookup.Denied(String problem) ->
                    new Refusal(ErrorType.ACCESS_DENIED, problem);
            case Associations.Lookup.Unavailable(String problem) ->
                    new Refusal(
                            ErrorType.SERVICE_UNAVAILABLE,
                            "Associations cannot be looked up: " + problem);
        };
    }

    private Outcome issue(RoleAssociation association, ServiceAccountToken token) {
        return switch (issuer.issue(association, token)) {
            case Session session -> {
                associations.used(association);
                yield new Exchanged(token, association, session);
            }
            case Refusal refusal -> {
                if (REFUSED_BY_STS.contains(refusal.type())) {
                    associations.refused(association, refusal.message());
                }
                yield refusal;
            }
        };
    }

    private static Refusal invalidToken(String problem) {
        // The reader's problems begin with "token is".
        String text = problem.startsWith("token ") ? problem : "token is invalid: " + problem;
        return new Refusal(ErrorType.INVALID_TOKEN, "The service account " + text);
    }

    /** The result of an exchange. */
    public sealed interface Outcome permits Exchanged, Refusal {}

    /** The token was verified, its association found and a session issued. */
    public record Exchanged(ServiceAccountToken token, RoleAssociation association, Session session)
            implements Outcome {}
}
