package io.podidentity.cli;

import io.podidentity.config.ClusterSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code auth}, whose flags are in {@code config.AuthConfig}. */
@Command(
        name = "auth",
        description = "Runs an EKS Auth of one's own, which hands out sessions of real STS.")
final class AuthCommand {

    @Spec @Nullable CommandSpec spec;

    /** The flags as configuration properties, also of the AWS clients and the agent. */
    Map<String, String> properties() {
        Map<String, String> properties = Flags.properties(spec);
        properties.put("agent.command", "auth");
        String clusters = properties.get("auth.cluster");
        if (clusters != null) {
            // The agent's settings are read too, for the probes, and require a cluster name.
            properties.put(
                    "agent.cluster-name", ClusterSource.parse(clusters.split(",", 2)[0]).name());
        }
        String region = properties.get("auth.region");
        if (region != null) {
            properties.put("aws.region", region);
        }
        String stsEndpoint = properties.remove("auth.sts-endpoint");
        if (stsEndpoint != null) {
            properties.put("quarkus.sts.endpoint-override", stsEndpoint);
            // Also for a web identity or a profile's role.
            properties.put("aws.endpointUrlSts", stsEndpoint);
        }
        properties.put("quarkus.sts.aws.credentials.type", "custom");
        properties.put("quarkus.sts.aws.credentials.custom-provider.name", "own-credentials");
        // Retries are in sts.StsCalls.
        properties.put("aws.maxAttempts", "1");
        properties.put("aws.retryMode", "standard");
        return properties;
    }
}
