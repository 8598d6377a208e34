package io.podidentity.token;

import io.podidentity.config.AgentConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The cluster that the agent runs in. */
public final class OwnCluster {

    private OwnCluster() {}

    /**
     * Its API server; empty outside of a cluster, and where the agent has no token for it.
     *
     * @param timeout for each step of a call
     */
    public static Optional<ApiServer> apiServer(AgentConfig config, Duration timeout) {
        Path account = config.serviceAccountDir();
        return config.kubernetesServiceHost()
                .filter(host -> Files.exists(account.resolve("token")))
                .map(host -> ApiServer.address(host, config.kubernetesServicePort()))
                .map(address -> new ApiServer(address, account, timeout));
    }
}
