package io.podidentity.cli;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.Check;
import io.podidentity.config.Flag;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Turns settings marked with {@link Flag} into flags, and given flags into properties. A flag stays
 * text: once checked, it becomes the property that the setting is read from.
 */
final class Flags {

    private Flags() {}

    /** Gives the commands that boot the application their flags. */
    static void addTo(CommandLine line) {
        for (CommandLine command : line.getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            if (spec.userObject() instanceof ServerCommand
                    || spec.userObject() instanceof DoctorCommand) {
                add(spec, "agent.", AgentConfig.class, false);
            } else if (spec.userObject() instanceof AuthCommand) {
                add(spec, "auth.", AuthConfig.class, false);
                add(spec, "agent.", AgentConfig.class, true);
            }
        }
    }

    private static void add(
            CommandSpec spec, String prefix, Class<?> settings, boolean sharedOnly) {
        List<OptionSpec> options = new ArrayList<>();
        for (Method setting : settings.getMethods()) {
            Flag flag = setting.getAnnotation(Flag.class);
            if (flag != null && (flag.shared() || !sharedOnly)) {
                // Without the cluster's name doctor still has much to look at.
                boolean required = flag.required() && !(spec.userObject() instanceof DoctorCommand);
                options.add(option(prefix, setting, flag, required));
            }
        }
        // Reflection has no order, but the first wrong flag is reported: those with a short name
        // first.
        options.sort(
                Comparator.comparingInt((OptionSpec option) -> option.names().length)
                        .reversed()
                        .thenComparing(OptionSpec::longestName));
        options.forEach(spec::addOption);
    }

    private static OptionSpec option(String prefix, Method setting, Flag flag, boolean required) {
        String name = StringUtil.skewer(setting.getName());
        OptionSpec.Builder option =
                OptionSpec.builder("--" + name)
                        .userObject(prefix + name)
                        .type(String.class)
                        .required(required)
                        .paramLabel(
                                flag.label().isEmpty()
                                        ? "<" + setting.getName() + ">"
                                        : flag.label())
                        .converters(text -> checked(text, setting, flag))
                        .description(help(setting, flag, required));
        if (!flag.shortName().isEmpty()) {
            option.names(flag.shortName(), "--" + name);
        }
        if (isTrueOrFalse(setting)) {
            option.arity("0..1").fallbackValue("true").paramLabel("true|false");
        }
        if (isList(setting)) {
            option.type(List.class).auxiliaryTypes(String.class).splitRegex(",");
        }
        return option.build();
    }

    private static String help(Method setting, Flag flag, boolean required) {
        String help = flag.help() + (isList(setting) ? "; may be given again." : ".");
        if (required) {
            return help + " Required.";
        }
        WithDefault given = setting.getAnnotation(WithDefault.class);
        String otherwise =
                flag.otherwise().isEmpty() && given != null
                        ? given.value().replace(",", " and ")
                        : flag.otherwise();
        return otherwise.isEmpty() ? help : help + " Default: " + otherwise + ".";
    }

    private static boolean isTrueOrFalse(Method setting) {
        return setting.getReturnType() == boolean.class;
    }

    private static boolean isList(Method setting) {
        return Collection.class.isAssignableFrom(setting.getReturnType())
                || setting.getGenericReturnType().getTypeName().contains("java.util.List<");
    }

    private static String checked(String text, Method setting, Flag flag) throws Exception {
        WithConverter converter = setting.getAnnotation(WithConverter.class);
        try {
            if (converter != null) {
                converter.value().getDeclaredConstructor().newInstance().convert(text);
            }
            (isTrueOrFalse(setting) ? Check.TRUE_OR_FALSE : flag.check()).check(text);
            return text;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The flags that were given, or found in the environment, as configuration properties. */
    static Map<String, String> properties(@Nullable CommandSpec spec) {
        Map<String, String> properties = new LinkedHashMap<>();
        if (spec != null) {
            for (OptionSpec option : spec.options()) {
                Object value = option.getValue();
                if (value != null && option.userObject() instanceof String property) {
                    properties.put(property, text(value));
                }
            }
        }
        return properties;
    }

    /** The configuration property of a flag. */
    static String property(OptionSpec option) {
        return option.userObject() instanceof String property
                ? property
                : "agent." + option.longestName().substring("--".length());
    }

    private static String text(Object value) {
        return value instanceof List<?> list
                ? String.join(",", list.stream().map(Object::toString).toList())
                : value.toString();
    }
}
