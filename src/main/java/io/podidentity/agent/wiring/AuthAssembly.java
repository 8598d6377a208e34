package io.podidentity.agent.wiring;

import io.podidentity.agent.authservice.AssociationsApi;
import io.podidentity.agent.authservice.AssociationsFile;
import io.podidentity.agent.authservice.AuthParts;
import io.podidentity.agent.authservice.AuthServiceSettings;
import io.podidentity.agent.authservice.Exchange;
import io.podidentity.agent.config.AuthConfig;
import io.podidentity.agent.sts.AssumeRole;
import io.podidentity.agent.sts.StsCalls;
import io.podidentity.agent.sts.StsSessions;
import io.podidentity.agent.telemetry.AuthMetrics;
import io.podidentity.agent.token.TokenVerifier;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** Puts the service together; no bean, so that an agent loads nothing of it. */
final class AuthAssembly {

    private AuthAssembly() {}

    static AuthParts parts(
            AuthConfig config,
            AuthServiceSettings settings,
            Map<String, TokenVerifier> clusters,
            StsCalls sts,
            Supplier<AuthMetrics> metrics,
            Clock clock) {
        String region = settings.region();
        AssociationsFile associations = new AssociationsFile(AuthSettings.associations(config));
        StsSessions sessions = new StsSessions(AssumeRole.at(sts), region, UUID::randomUUID);
        return new AuthParts(
                new Exchange(clusters::get, associations, sessions, clock),
                new AssociationsApi(clusters.keySet(), associations, region, clock),
                AuthSettings.callers(config, settings, clock),
                metrics.get());
    }
}
