package io.podidentity.harness;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.Associations;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.Callers;
import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.auth.server.AuthEvents;
import io.podidentity.auth.server.AuthParts;
import io.podidentity.auth.server.AuthService;
import io.podidentity.auth.server.AuthServiceSettings;
import io.podidentity.auth.server.Tls;
import io.podidentity.schedule.Background;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The service in this process, on a free port of loopback, with sessions for development; its
 * clusters sign with {@link TestKeys#RSA}.
 */
public final class ServedAuth implements AutoCloseable {

    public static final String REGION = "eu-west-1";

    private static final Duration LIFETIME = Duration.ofHours(6);

    private final Vertx vertx = Vertx.vertx();
    private final AuthService service;
    private final URI endpoint;

    /** For cluster dev. */
    public ServedAuth(AssociationStore store, Callers callers, @Nullable Tls tls, Clock clock) {
        this(
                "dev"::equals,
                verifier(TestKeys.jwks(TestKeys.RSA), TestTokens.ISSUER, clock),
                store,
                new AssociationsApi(Set.of("dev"), store, REGION, clock),
                callers,
                tls,
                clock,
                LIFETIME);
    }

    private ServedAuth(
            Predicate<String> clusters,
            TokenVerifier verifier,
            Associations associations,
            AssociationsApi api,
            Callers callers,
            @Nullable Tls tls,
            Clock clock,
            Duration lifetime) {
        service =
                new AuthService(
                        vertx,
                        new AuthServiceSettings("127.0.0.1", 0, REGION, tls, false),
                        new AuthParts(
                                new Exchange(
                                        name -> clusters.test(name) ? verifier : null,
                                        associations,
                                        new DevelopmentSessions(lifetime, clock, new Random(1)),
                                        clock),
                                api,
                                callers,
                                AuthEvents.NONE),
                        Background.PLATFORM);
        int port = service.start().toCompletableFuture().join();
        endpoint = URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    /** Anybody may call, in plain HTTP. */
    public static ServedAuth open(Path associations, Clock clock) {
        return new ServedAuth(
                new AssociationsFile(associations), new LocalCallers("127.0.0.1"), null, clock);
    }

    /**
     * The same for clusters of every name with these keys, whose associations nobody can change.
     */
    static ServedAuth ofAnyCluster(
            String jwks, @Nullable String issuer, Associations associations, Duration lifetime) {
        Clock clock = Clock.systemUTC();
        return new ServedAuth(
                name -> true,
                verifier(jwks, issuer, clock),
                associations,
                new AssociationsApi(Set.of(), new AssociationsFile(Path.of("none")), REGION, clock),
                new LocalCallers("127.0.0.1"),
                null,
                clock,
                lifetime);
    }

    private static TokenVerifier verifier(String jwks, @Nullable String issuer, Clock clock) {
        try {
            return new JwtTokenVerifier(
                    KeySet.parse(jwks),
                    new TokenRules(issuer, Set.of(TokenRules.EKS_AUDIENCE)),
                    clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public AuthService service() {
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
