package io.podidentity.auth.server;

import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether {@code auth} serves. STS is not checked: its outage is not ours. Nor is the API server
 * once the associations are known, for all replicas would be unready at once; the answer tells.
 */
@Readiness
@Singleton
@LookupIfProperty(name = "agent.command", stringValue = "auth")
class AuthReadinessCheck implements HealthCheck {

    private final AuthServer server;

    AuthReadinessCheck(AuthServer server) {
        this.server = server;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("EKS Auth")
                .status(server.ready())
                .withData(
                        "associations",
                        switch (server.freshness()) {
                            case UNKNOWN -> "not read yet";
                            case STALE ->
                                    "as they were before the watch of the API server ended; what was"
                                            + " known is served";
                            case CURRENT -> "current";
                        })
                .build();
    }
}
