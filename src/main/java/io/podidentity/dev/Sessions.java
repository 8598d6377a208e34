package io.podidentity.dev;

import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.auth.exchange.SessionIssuer;
import io.podidentity.auth.sts.AssumeRole;
import io.podidentity.auth.sts.StsCalls;
import io.podidentity.auth.sts.StsSessions;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where sessions come from in development: STS, where an endpoint is configured or Quarkus' dev
 * service has started LocalStack; else nowhere.
 */
@IfBuildProfile("dev")
@Singleton
class Sessions {

    private static final Duration LIFETIME = Duration.ofHours(6);

    private final Optional<URI> endpoint;
    private final StsCalls sts;

    Sessions(
            @ConfigProperty(name = "quarkus.sts.endpoint-override") Optional<URI> endpoint,
            StsCalls sts) {
        this.endpoint = endpoint;
        this.sts = sts;
    }

    SessionIssuer issuer(Clock clock) {
        return endpoint.isPresent()
                ? new StsSessions(AssumeRole.at(sts), EmbeddedEksAuth.REGION, UUID::randomUUID)
                : new DevelopmentSessions(LIFETIME, clock, new SecureRandom());
    }

    /** Says what the credentials are worth. */
    String origin() {
        return endpoint.map(uri -> "The credentials are sessions of STS at " + uri + ".")
                .orElse(
                        "No LocalStack runs beside, for want of Docker: the credentials are for"
                                + " development only, AWS does not know them.");
    }
}
