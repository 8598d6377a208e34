package io.podidentity.agent.eksauth;

import io.podidentity.config.AgentConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** The configuration that flags make, read by the mapping itself. */
final class TestConfig {

    private TestConfig() {}

    /** The least that the server needs, and these. */
    static AgentConfig with(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent("agent.cluster-name", "shop-cluster");
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(all, "flags", 100))
                .withMapping(AgentConfig.class)
                .build()
                .getConfigMapping(AgentConfig.class);
    }
}
