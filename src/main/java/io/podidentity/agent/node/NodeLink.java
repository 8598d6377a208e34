package io.podidentity.agent.node;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.LinkKind;
import io.podidentity.config.ServerStart;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@code server --initialize}: prepares the node's link before anything listens, and keeps it. */
@ApplicationScoped
class NodeLink {

    private static final Logger LOG = Logger.getLogger(NodeLink.class);
    private static final int BEFORE_LISTENERS = 100;

    private final AgentConfig config;
    private final MeterRegistry registry;
    private @Nullable LinkWatch watch;

    NodeLink(AgentConfig config, MeterRegistry registry) {
        this.config = config;
        this.registry = registry;
    }

    void start(@Observes @Priority(BEFORE_LISTENERS) ServerStart started) {
        if (!config.initialize()) {
            return;
        }
        LinkSetup setup = LinkSetup.onThisNode(LinkKind.parse(config.linkKind()));
        log(setup.apply());
        Counter restored =
                Counter.builder("pod_identity_agent_link_restored")
                        .description("Times the node's link was put back after somebody changed it")
                        .register(registry);
        watch =
                LinkWatch.start(
                        setup,
                        report -> {
                            log(report);
                            if (!report.changes().isEmpty()) {
                                restored.increment();
                            }
                        });
    }

    void stop(@Observes ShutdownEvent stopping) {
        LinkWatch running = watch;
        if (running != null) {
            running.close();
        }
    }

    private static void log(LinkReport report) {
        report.notices().forEach(LOG::warn);
        report.changes().stream().map(Change::done).forEach(LOG::info);
        if (report instanceof LinkReport.Failed(_, _, String problem, String remedy)) {
            // Not fatal: the watch tries again, and the listeners wait for their addresses.
            LOG.errorf("%s; %s", problem, remedy);
        }
    }
}
