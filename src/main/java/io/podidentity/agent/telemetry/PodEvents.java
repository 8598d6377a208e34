package io.podidentity.agent.telemetry;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.ServerStart;
import io.podidentity.schedule.Timeline;
import io.podidentity.token.ApiServer;
import io.podidentity.token.OwnCluster;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code server --events}: tells a refused pod's developer why, on the pod itself. */
@Singleton
class PodEvents {

    private static final Duration API_TIMEOUT = Duration.ofSeconds(5);

    private @Nullable RefusalEvents events;

    void start(
            @Observes ServerStart started,
            AgentConfig config,
            TokenVerifier verifier,
            Timeline timeline) {
        if (config.events()) {
            ApiServer server =
                    OwnCluster.apiServer(config, API_TIMEOUT)
                            .orElseThrow(
                                    () ->
                                            new InvalidSettingException(
                                                    "--events",
                                                    "there is no API server to write them to",
                                                    "run the agent in a cluster, with its service"
                                                            + " account's token at "
                                                            + config.serviceAccountDir()));
            events =
                    new RefusalEvents(
                            server,
                            verifier,
                            config.nodeName().orElse(""),
                            timeline,
                            RefusalEvents.queue());
        }
    }

    /** Never blocks. */
    void refused(ServiceAccountToken token, CredentialOutcome outcome) {
        RefusalEvents on = events;
        if (on != null && outcome instanceof Failed failed) {
            on.refused(token, failed);
        }
    }
}
