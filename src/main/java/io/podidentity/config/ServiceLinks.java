package io.podidentity.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import io.smallrye.config.SysPropConfigSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Keeps Kubernetes' service links from being read as settings: where there is a Service named
 * {@code agent}, each pod beside it finds {@code AGENT_PORT=tcp://10.0.0.1:80} in its environment.
 */
@RegisterForReflection
public final class ServiceLinks implements SmallRyeConfigBuilderCustomizer {

    private static final Pattern LINK = Pattern.compile("(tcp|udp|sctp)://\\S+:\\d{1,5}");

    private final Map<String, String> environment;

    /** For the service loader. */
    public ServiceLinks() {
        this(System.getenv());
    }

    ServiceLinks(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The environment without service links. */
    public static Map<String, String> without(Map<String, String> environment) {
        Map<String, String> others = new TreeMap<>(environment);
        others.values().removeIf(value -> LINK.matcher(value).matches());
        return others;
    }

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        Map<String, String> others = without(environment);
        if (builder.isAddDefaultSources() && others.size() < environment.size()) {
            builder.setAddDefaultSources(false)
                    .addPropertiesSources()
                    .withSources(
                            new SysPropConfigSource(),
                            new EnvConfigSource(others, EnvConfigSource.ORDINAL));
        }
    }
}
