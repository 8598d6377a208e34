package io.podidentity.agent.dev;

import io.podidentity.agent.authservice.AssociationStore;
import io.podidentity.agent.authservice.AssociationsApi;
import io.podidentity.agent.authservice.AssociationsFile;
import io.podidentity.agent.authservice.AuthEvents;
import io.podidentity.agent.authservice.AuthParts;
import io.podidentity.agent.authservice.AuthService;
import io.podidentity.agent.authservice.AuthServiceSettings;
import io.podidentity.agent.authservice.Exchange;
import io.podidentity.agent.authservice.LocalCallers;
import io.podidentity.agent.authservice.SessionIssuer;
import io.podidentity.agent.token.JwtTokenVerifier;
import io.podidentity.agent.token.KeySet;
import io.podidentity.agent.token.TokenRules;
import io.podidentity.agent.token.TokenVerifier;
import io.podidentity.agent.token.VerificationKey;
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
                        task -> Thread.ofVirtual().name("eks-auth").start(task));
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

    /** Serves, and has exchanged a token once before: SDKs wait for a second only. */
    void start(String cluster, String token) {
        service.rehearse(cluster, token);
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
