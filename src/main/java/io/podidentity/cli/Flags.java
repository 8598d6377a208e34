package io.podidentity.cli;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Turns flags into the configuration properties of the same names. */
final class Flags {

    private static final String AGENT = "agent.";
    private static final String AUTH = "auth.";

    private Flags() {}

    /** The flags that were given, or found in the environment, as configuration properties. */
    static Map<String, String> properties(@Nullable CommandSpec spec) {
        Map<String, String> properties = new LinkedHashMap<>();
        if (spec != null) {
            for (OptionSpec option : spec.options()) {
                Object value = option.inherited() ? null : option.getValue();
                if (value != null) {
                    properties.put(property(option), text(value));
                }
            }
        }
        return properties;
    }

    /** The configuration property of a flag. */
    static String property(OptionSpec option) {
        String name = option.longestName().substring("--".length());
        boolean auth =
                option.userObject() instanceof Field field
                        && field.getDeclaringClass() == AuthCommand.class;
        return (auth ? AUTH : AGENT) + name;
    }

    private static String text(Object value) {
        return value instanceof List<?> list
                ? String.join(",", list.stream().map(Object::toString).toList())
                : value.toString();
    }
}
