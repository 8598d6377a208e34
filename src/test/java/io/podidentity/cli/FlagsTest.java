package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.Flag;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Flags are what the settings declare, under the names that the configuration has for them. */
class FlagsTest {

    private static final String ANYTHING = "";

    @ParameterizedTest
    @ValueSource(strings = {"server", "auth"})
    void everyFlagIsAPropertyThatIsRead(String command) {
        assertThat(flags(command))
                .isNotEmpty()
                .allSatisfy(flag -> assertThat(settings()).containsKey(Flags.property(flag)));
    }

    /** In a row's first cell are its flags, in the second their defaults, one each. */
    @ParameterizedTest
    @CsvSource({"server, operating.md", "auth, auth.md"})
    void everyFlagAndItsDefaultIsInTheTable(String command, String page) throws IOException {
        List<String> told = new ArrayList<>();
        for (String row : table(page, "| flag of `" + command + "` | default |")) {
            String[] cells = row.split(" *\\| *", -1);
            List<String> names = quoted("`(-[^`]+)`", cells[1]);
            told.addAll(names);
            List<String> defaults =
                    names.stream()
                            .filter(name -> name.startsWith("--"))
                            .map(name -> standard(command, name))
                            .toList();
            assertThat(cells[2]).as(row).isNotEmpty();
            if (!defaults.contains(ANYTHING)) {
                assertThat(cells[2].replace("`", ""))
                        .as(row)
                        .isEqualTo(String.join(", ", defaults));
            }
        }
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        flags(command).stream().flatMap(flag -> Stream.of(flag.names())).toList());
    }

    /** What the table must say, or anything where the setting has no default in words. */
    private static String standard(String command, String name) {
        OptionSpec flag = spec(command).findOption(name);
        if (flag == null) {
            throw new AssertionError("there is no " + name);
        }
        if (flag.required()) {
            return "required";
        }
        String value = settings().get(Flags.property(flag));
        return value == null || value.contains("$") ? ANYTHING : value.replace(",", ", ");
    }

    @Test
    void helpOfAFlagEndsBeforeItsFullStop() {
        assertThat(Stream.of(AgentConfig.class, AuthConfig.class))
                .flatMap(settings -> List.of(settings.getMethods()))
                .filteredOn(setting -> setting.isAnnotationPresent(Flag.class))
                .extracting(setting -> setting.getAnnotation(Flag.class).help())
                .isNotEmpty()
                .noneMatch(help -> help.endsWith("."));
    }

    private static List<String> table(String page, String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("src/docs", page));
        int start = lines.stream().map(line -> line.startsWith(head)).toList().indexOf(true);
        assertThat(start).as(head).isNotNegative();
        return lines.stream().skip(start + 2).takeWhile(line -> line.startsWith("|")).toList();
    }

    private static List<String> quoted(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(r -> r.group(1)).toList();
    }

    /** The properties of both mappings, with their defaults. */
    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        for (Class<?> type : List.of(AgentConfig.class, AuthConfig.class)) {
            settings.putAll(ConfigClass.configClass(type).getProperties());
        }
        return settings;
    }

    /** All but those of each command, which are no settings. */
    private static List<OptionSpec> flags(String command) {
        return spec(command).options().stream().filter(flag -> !flag.inherited()).toList();
    }

    private static CommandSpec spec(String command) {
        return Main.commandLine(new Properties(), Map.of())
                .getSubcommands()
                .get(command)
                .getCommandSpec();
    }
}
