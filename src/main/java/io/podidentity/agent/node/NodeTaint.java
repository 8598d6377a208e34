package io.podidentity.agent.node;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.ServerStart;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ApiServer;
import io.podidentity.token.OwnCluster;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/** {@code server --remove-taint}: removes the start-up taint once the agent is ready. */
@ApplicationScoped
class NodeTaint {

    private static final Duration API_TIMEOUT = Duration.ofSeconds(5);

    private final AgentConfig config;
    private final Instance<HealthCheck> readiness;
    private final SystemTimeline timeline;

    NodeTaint(
            AgentConfig config,
            @Readiness Instance<HealthCheck> readiness,
            SystemTimeline timeline) {
        this.config = config;
        this.readiness = readiness;
        this.timeline = timeline;
    }

    void start(@Observes ServerStart started) {
        config.removeTaint().ifPresent(key -> removal(key).start(Background.scheduler(timeline)));
    }

    private TaintRemoval removal(String key) {
        ApiServer server =
                OwnCluster.apiServer(config, API_TIMEOUT)
                        .orElseThrow(
                                () ->
                                        missing(
                                                "there is no API server to ask",
                                                "run the agent in a cluster, with its service"
                                                        + " account's token at "
                                                        + config.serviceAccountDir()));
        String node =
                config.nodeName()
                        .orElseThrow(
                                () ->
                                        missing(
                                                "the node's name is not known",
                                                "give --node-name, or AGENT_NODE_NAME from"
                                                        + " spec.nodeName"));
        return new TaintRemoval(
                new StartupTaint(server, node, key),
                () -> readiness.stream().allMatch(each -> each.call().getStatus() == Status.UP));
    }

    private static InvalidSettingException missing(String problem, String remedy) {
        return new InvalidSettingException("--remove-taint", problem, remedy);
    }
}
