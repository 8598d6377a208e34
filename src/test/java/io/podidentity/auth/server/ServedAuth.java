package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.Callers;
import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.Set;

/** The service on a free port of loopback, for cluster dev, with sessions for development. */
public final class ServedAuth implements AutoCloseable {

    public static final String REGION = "eu-west-1";

    private final Vertx vertx = Vertx.vertx();
    private final AuthService service;
    private final URI endpoint;

    public ServedAuth(AssociationStore store, Callers callers, Tls tls, Clock clock)
            throws IOException {
        TokenVerifier verifier =
                new JwtTokenVerifier(
                        KeySet.parse(TestKeys.jwks(TestKeys.RSA)),
                        new TokenRules(TestTokens.ISSUER, Set.of(TokenRules.EKS_AUDIENCE)),
                        clock);
        service =
                new AuthService(
                        vertx,
                        new AuthServiceSettings("127.0.0.1", 0, REGION, tls, false),
                        new AuthParts(
                                new Exchange(
                                        name -> name.equals("dev") ? verifier : null,
                                        store,
                                        new DevelopmentSessions(
                                                Duration.ofHours(6), clock, new Random(1)),
                                        clock),
                                new AssociationsApi(Set.of("dev"), store, REGION, clock),
                                callers,
                                AuthEvents.NONE),
                        task -> Thread.ofVirtual().start(task));
        int port = service.start().toCompletableFuture().join();
        endpoint = URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    /** Anybody may call, in plain HTTP. */
    static ServedAuth open(Path associations, Clock clock) throws IOException {
        return new ServedAuth(
                new AssociationsFile(associations), new LocalCallers("127.0.0.1"), null, clock);
    }

    AuthService service() {
        return service;
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        service.stop().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
