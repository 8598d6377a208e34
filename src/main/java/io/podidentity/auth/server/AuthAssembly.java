package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.sts.AssumeRole;
import io.podidentity.auth.sts.StsCalls;
import io.podidentity.auth.sts.StsSessions;
import io.podidentity.config.AuthConfig;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

/** Assembles the service; not a bean, so that an agent does not load it. */
final class AuthAssembly {

    private AuthAssembly() {}

    static AuthParts parts(
            AuthConfig config,
            AuthServiceSettings settings,
            AuthClusters.Verifiers clusters,
            StsCalls sts,
            Supplier<AuthMetrics> metrics,
            Clock clock) {
        String region = settings.region();
        AssociationsFile associations = new AssociationsFile(AuthSettings.associations(config));
        StsSessions sessions = new StsSessions(AssumeRole.at(sts), region, UUID::randomUUID);
        return new AuthParts(
                new Exchange(clusters.pods()::get, associations, sessions, clock),
                new AssociationsApi(clusters.pods().keySet(), associations, region, clock),
                AuthSettings.callers(config, settings, clusters.callers(), clock),
                metrics.get());
    }
}
