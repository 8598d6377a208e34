package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.reachability.Metadata;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;

/** A native image reads the command line only if picocli's annotation processor was at work. */
class ReflectionOfCommandsTest {

    @Test
    void everyCommandFlagAndConverterIsListed() throws IOException {
        Map<String, Set<String>> used = new TreeMap<>();
        collect(Main.commandLine(new Properties(), Map.of()), used);
        assertThat(used).containsKeys(ServerCommand.class.getName(), Checked.Port.class.getName());

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

    private static void collect(CommandLine line, Map<String, Set<String>> used) {
        for (ArgSpec arg : line.getCommandSpec().args()) {
            if (arg.userObject() instanceof Field field) {
                used.computeIfAbsent(field.getDeclaringClass().getName(), _ -> new TreeSet<>())
                        .add(field.getName());
            }
            for (ITypeConverter<?> converter : arg.converters()) {
                used.computeIfAbsent(converter.getClass().getName(), _ -> new TreeSet<>());
            }
        }
        used.computeIfAbsent(line.getCommand().getClass().getName(), _ -> new TreeSet<>());
        line.getSubcommands().values().forEach(subcommand -> collect(subcommand, used));
    }
}
