package io.podidentity.cli;

import io.podidentity.config.ServiceLinks;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads flags that were not given from system properties and environment variables, so that a wrong
 * value there is reported like a wrong flag.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {

    private final Properties properties;
    private final Map<String, String> environment;

    EnvironmentDefaults(Properties properties, Map<String, String> environment) {
        this.properties = properties;
        this.environment = ServiceLinks.without(environment);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option) || option.inherited() || isAct(option)) {
            return null;
        }
        String value = properties.getProperty(Flags.property(option));
        return value != null ? value : environment.get(variable(option));
    }

    /** Valueless flags (--help) are never read from the environment. */
    private static boolean isAct(OptionSpec option) {
        return option.arity().max() == 0;
    }

    /** The environment variable of a flag, by the rule of MicroProfile Config. */
    static String variable(OptionSpec option) {
        return Flags.property(option).replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
