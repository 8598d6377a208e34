package io.podidentity.agent.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.podidentity.agent.server.Listeners;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.BindHost;
import io.podidentity.config.ServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Says which credentials listeners are open. */
@Singleton
class ListenerMetrics {

    void gauges(
            @Observes ServerStart started,
            AgentConfig config,
            Listeners listeners,
            MeterRegistry registry) {
        for (BindHost host : config.bindHosts()) {
            Gauge.builder(
                            "pod_identity_agent_listener_open",
                            listeners,
                            all -> open(all, host) ? 1 : 0)
                    .description("1 while credentials are served on the address")
                    .tag("address", host.inUrl())
                    .register(registry);
        }
    }

    private static boolean open(Listeners listeners, BindHost host) {
        return listeners.credentials().stream()
                .anyMatch(each -> each.host().equals(host) && each.problem() == null);
    }
}
