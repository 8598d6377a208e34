package io.podidentity.cli;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.Check;
import io.podidentity.config.Flag;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Makes flags of the settings that are marked with {@link Flag}, and properties of flags. A flag
 * keeps its text: once checked, it becomes the property that the setting is read from.
 */
final class Flags {

    private Flags() {}

    /** Gives the commands that boot the application their flags. */
    static void addTo(CommandLine line) {
        line.getSubcommands().forEach((name, command) -> addTo(name, command.getCommandSpec()));
    }

    private static void addTo(String command, CommandSpec spec) {
        if (command.equals("server")) {
            add(spec, AgentConfig.class, _ -> true);
        } else if (command.equals("auth")) {
            add(spec, AuthConfig.class, _ -> true);
            add(spec, AgentConfig.class, Flag::shared);
        }
    }

    private static void add(CommandSpec spec, Class<?> settings, Predicate<Flag> wanted) {
        String prefix = settings.getAnnotation(ConfigMapping.class).prefix();
        Stream.of(settings.getMethods())
                .filter(setting -> setting.isAnnotationPresent(Flag.class))
                .filter(setting -> wanted.test(setting.getAnnotation(Flag.class)))
                // The order of wrong ones: reflection has none. What has a letter matters more.
                .sorted(Comparator.comparing(Flags::hasNoLetter).thenComparing(Method::getName))
                .map(setting -> option(prefix, setting, setting.getAnnotation(Flag.class)))
                .forEach(spec::addOption);
    }

    private static boolean hasNoLetter(Method setting) {
        return setting.getAnnotation(Flag.class).shortName().isEmpty();
    }

    private static OptionSpec option(String prefix, Method setting, Flag flag) {
        String name = StringUtil.skewer(setting.getName());
        String[] names =
                hasNoLetter(setting)
                        ? new String[] {"--" + name}
                        : new String[] {flag.shortName(), "--" + name};
        OptionSpec.Builder option =
                OptionSpec.builder(names)
                        .userObject(prefix + "." + name)
                        .type(String.class)
                        .required(flag.required())
                        .paramLabel(
                                flag.label().isEmpty()
                                        ? "<" + setting.getName() + ">"
                                        : flag.label())
                        .converters(text -> checked(text, setting, flag))
                        .description(help(setting, flag));
        if (isTrueOrFalse(setting)) {
            option.arity("0..1").fallbackValue("true").paramLabel("true|false");
        }
        if (isList(setting)) {
            option.type(List.class).auxiliaryTypes(String.class).splitRegex(",");
        }
        return option.build();
    }

    private static String help(Method setting, Flag flag) {
        String help = flag.help() + (isList(setting) ? "; may be given again." : ".");
        if (flag.required()) {
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
        return setting.getGenericReturnType().getTypeName().matches(".*\\.(List|Set)<.*");
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
