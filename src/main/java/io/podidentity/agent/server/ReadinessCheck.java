package io.podidentity.agent.server;

import io.podidentity.agent.server.Listeners.CredentialsListener;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether pods are served: at least one credentials listener answers, and the warm-up has ended.
 * EKS Auth is not checked: no other agent could reach it either.
 */
@Readiness
@Singleton
@LookupIfProperty(name = "agent.command", stringValue = "server", lookupIfMissing = true)
class ReadinessCheck implements HealthCheck {

    private final Listeners listeners;
    private final WarmUp warmUp;

    ReadinessCheck(Listeners listeners, WarmUp warmUp) {
        this.listeners = listeners;
        this.warmUp = warmUp;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named("credentials listeners");
        boolean answers = false;
        for (CredentialsListener listener : listeners.credentials()) {
            Optional<String> problem = problem(listener);
            check.withData(
                    listener.host().inUrl() + ":" + listener.port(), problem.orElse("answers"));
            answers |= problem.isEmpty();
        }
        check.withData("warm", warmUp.done());
        return check.status(answers && warmUp.done()).build();
    }

    private static Optional<String> problem(CredentialsListener listener) {
        return listener.problem() != null
                ? Optional.of(listener.problem())
                : ListenerProbe.ask(listener.host(), listener.port());
    }
}
