package io.podidentity.doctor;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.ServiceLinks;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/**
 * The settings that the agent would have here.
 *
 * @param clusterKnown whether its name was given
 */
record NodeSettings(AgentConfig agent, boolean clusterKnown) {

    private static final String CLUSTER = "agent.cluster-name";
    private static final int FLAGS = 500;

    static NodeSettings read(Map<String, String> flags, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(flags);
        all.putIfAbsent(CLUSTER, "unknown");
        AgentConfig agent =
                new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .addDiscoveredConverters()
                        .withSources(
                                new EnvConfigSource(
                                        ServiceLinks.without(environment), EnvConfigSource.ORDINAL),
                                new PropertiesConfigSource(all, "flags", FLAGS))
                        .withMapping(AgentConfig.class)
                        .build()
                        .getConfigMapping(AgentConfig.class);
        return new NodeSettings(agent, flags.containsKey(CLUSTER));
    }
}
