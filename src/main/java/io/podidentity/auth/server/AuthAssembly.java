package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.sts.AssumeRole;
import io.podidentity.auth.sts.StsCalls;
import io.podidentity.auth.sts.StsSessions;
import io.podidentity.config.AuthConfig;
import io.podidentity.token.TokenVerifier;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;

/** Assembles the service; not a bean, so that an agent does not load it. */
final class AuthAssembly {

    private AuthAssembly() {}

    static AuthParts parts(
            AuthConfig config,
            AuthServiceSettings settings,
            Map<String, TokenVerifier> clusters,
            AssociationStore associations,
            StsCalls sts,
            AuthEvents events,
            Clock clock) {
        String region = settings.region();
        StsSessions sessions = new StsSessions(AssumeRole.at(sts), region, UUID::randomUUID);
        return new AuthParts(
                new Exchange(clusters::get, associations, sessions, clock),
                new AssociationsApi(clusters.keySet(), associations, region, clock),
                AuthSettings.callers(config, settings, clock),
                events);
    }
}
