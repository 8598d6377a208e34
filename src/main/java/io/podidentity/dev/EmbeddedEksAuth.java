package io.podidentity.dev;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.auth.exchange.SessionIssuer;
import io.podidentity.auth.server.AuthEvents;
import io.podidentity.auth.server.AuthParts;
import io.podidentity.auth.server.AuthService;
import io.podidentity.auth.server.AuthServiceSettings;
import io.podidentity.schedule.Background;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.VerificationKey;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

/** Our EKS Auth service, where the agent expects EKS Auth. */
final class EmbeddedEksAuth {

    private static final Logger LOG = Logger.getLogger(EmbeddedEksAuth.class);
    static final String REGION = "us-east-1";

    private final URI endpoint;
    private final AuthService service;

    EmbeddedEksAuth(
            Vertx vertx,
            URI endpoint,
            String cluster,
            PublicJsonWebKey key,
            Path associations,
            SessionIssuer issuer,
            Clock clock) {
        this.endpoint = endpoint;
        this.service =
                new AuthService(
                        vertx,
                        AuthServiceSettings.local(endpoint.getHost(), endpoint.getPort(), REGION),
                        parts(
                                endpoint,
                                cluster,
                                key,
                                new AssociationsFile(associations),
                                issuer,
                                clock),
                        Background.PLATFORM);
    }

    private static AuthParts parts(
            URI endpoint,
            String cluster,
            PublicJsonWebKey key,
            AssociationStore associations,
            SessionIssuer issuer,
            Clock clock) {
        TokenVerifier verifier =
                new JwtTokenVerifier(
                        KeySet.of(VerificationKey.of(key.getKeyId(), key.getPublicKey())),
                        new TokenRules(TokenMaker.ISSUER, Set.of(TokenRules.EKS_AUDIENCE)),
                        clock);
        return new AuthParts(
                new Exchange(Map.of(cluster, verifier)::get, associations, issuer, clock),
                new AssociationsApi(Set.of(cluster), associations, REGION, clock),
                new LocalCallers(endpoint.getHost()),
                AuthEvents.NONE);
    }

    /** Warms up, then serves: SDKs wait only a second. */
    void start(String cluster, String token) {
        service.warmUp(cluster, token);
        try {
            service.start().toCompletableFuture().join();
            LOG.infof("EKS Auth for development listens on %s", endpoint);
        } catch (CompletionException e) {
            LOG.warnf(
                    "EKS Auth for development cannot listen on %s: %s. The agent uses what does",
                    endpoint, e.getCause());
        }
    }

    void stop() {
        service.stop().toCompletableFuture().join();
    }
}
