package io.podidentity.agent.dev;

import io.podidentity.agent.authservice.AssociationsFile;
import io.podidentity.agent.authservice.AuthService;
import io.podidentity.agent.authservice.AuthServiceSettings;
import io.podidentity.agent.authservice.DevelopmentSessions;
import io.podidentity.agent.token.JwtTokenVerifier;
import io.podidentity.agent.token.KeySet;
import io.podidentity.agent.token.TokenRules;
import io.podidentity.agent.token.VerificationKey;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

/** Our EKS Auth service, where the agent expects EKS Auth. */
final class EmbeddedEksAuth {

    private static final Logger LOG = Logger.getLogger(EmbeddedEksAuth.class);
    private static final Duration SESSION_LIFETIME = Duration.ofHours(6);
    private static final String REGION = "us-east-1";

    private final URI endpoint;
    private final AuthService service;

    EmbeddedEksAuth(
            Vertx vertx, URI endpoint, PublicJsonWebKey key, Path associations, Clock clock) {
        this.endpoint = endpoint;
        this.service =
                new AuthService(
                        vertx,
                        new AuthServiceSettings(endpoint.getHost(), endpoint.getPort(), REGION),
                        new JwtTokenVerifier(
                                KeySet.of(VerificationKey.of(key.getKeyId(), key.getPublicKey())),
                                new TokenRules(TokenMaker.ISSUER, Set.of(TokenRules.EKS_AUDIENCE)),
                                clock),
                        new AssociationsFile(associations),
                        new DevelopmentSessions(SESSION_LIFETIME, clock, new SecureRandom()),
                        clock);
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
