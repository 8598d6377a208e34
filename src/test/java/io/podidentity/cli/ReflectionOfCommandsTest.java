package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.Converters;
import io.podidentity.config.Flag;
import io.podidentity.reachability.Metadata;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.WithConverter;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;

/** A native image reads the command line only if picocli's annotation processor was at work. */
class ReflectionOfCommandsTest {

    @Test
    void everyCommandFlagAndConverterIsListed() throws IOException {
        Map<String, Set<String>> used = new TreeMap<>();
        collect(Main.commandLine(new Properties(), Map.of()), used);
        assertThat(used)
                .containsKeys(ServerCommand.class.getName(), LogLevel.Reader.class.getName());

        Map<String, Set<String>> listed = new TreeMap<>();
        for (JsonNode type : Metadata.ofPicocli()) {
            Set<String> fields = new TreeSet<>();
            type.path("fields").forEach(field -> fields.add(field.at("/name").asText()));
            assertThat(type.at("/allDeclaredConstructors").asBoolean()).isTrue();
            listed.put(type.at("/name").asText(), fields);
        }
        assertThat(listed).containsKeys(used.keySet().toArray(String[]::new));
        used.forEach((type, fields) -> assertThat(listed.get(type)).as(type).containsAll(fields));
    }

    /** Flags that are settings are found by reflection on these, and checked by what they name. */
    @ParameterizedTest
    @ValueSource(classes = {AgentConfig.class, AuthConfig.class, Converters.class})
    void settingsThatAreFlagsAreRegistered(Class<?> type) {
        RegisterForReflection registered = type.getAnnotation(RegisterForReflection.class);

        assertThat(registered).isNotNull();
        assertThat(registered.methods()).isTrue();
        assertThat(registered.ignoreNested()).isFalse();
    }

    @Test
    void everyConverterOfAFlagIsAmongThoseThatAreRegistered() {
        assertThat(Stream.of(AgentConfig.class, AuthConfig.class))
                .flatMap(settings -> List.of(settings.getMethods()))
                .filteredOn(setting -> setting.isAnnotationPresent(Flag.class))
                .filteredOn(setting -> setting.isAnnotationPresent(WithConverter.class))
                .extracting(setting -> setting.getAnnotation(WithConverter.class).value())
                .isNotEmpty()
                .allMatch(converter -> converter.getDeclaringClass() == Converters.class);
    }

    private static void collect(CommandLine line, Map<String, Set<String>> used) {
        for (ArgSpec arg : line.getCommandSpec().args()) {
            if (arg.userObject() instanceof Field field) {
                used.computeIfAbsent(field.getDeclaringClass().getName(), _ -> new TreeSet<>())
                        .add(field.getName());
                for (ITypeConverter<?> converter : arg.converters()) {
                    used.computeIfAbsent(converter.getClass().getName(), _ -> new TreeSet<>());
                }
            }
        }
        used.computeIfAbsent(line.getCommand().getClass().getName(), _ -> new TreeSet<>());
        line.getSubcommands().values().forEach(subcommand -> collect(subcommand, used));
    }
}
