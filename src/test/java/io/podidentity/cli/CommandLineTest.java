package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port | 8080 | agent.port",
                "-p | 8080 | agent.port",
                "--cluster-name | prod | agent.cluster-name",
                "-c | prod | agent.cluster-name",
                "--bind-hosts | 127.0.0.1 | agent.bind-hosts",
                "-b | [::1] | agent.bind-hosts",
                "--probe-port | 1 | agent.probe-port",
                "--metrics-address | :: | agent.metrics-address",
                "--metrics-port | 65535 | agent.metrics-port",
                "--max-credential-retention-before-renewal | 1h30m"
                        + " | agent.max-credential-retention-before-renewal",
                "--max-credential-retention-before-renewal | 0"
                        + " | agent.max-credential-retention-before-renewal",
                "--max-cache-size | 0 | agent.max-cache-size",
                "--max-service-qps | 10 | agent.max-service-qps",
                "--rotate-credentials | true | agent.rotate-credentials",
                "--rotate-credentials | false | agent.rotate-credentials",
                "--endpoint | http://127.0.0.1:4566 | agent.endpoint",
                "--remove-taint | example.com/agent-not-ready | agent.remove-taint",
                "--node-name | ip-10-0-0-1.ec2.internal | agent.node-name",
            })
    void everyFlagTakesItsValueInBothSpellings(String flag, String value, String property) {
        Parsed apart = Parsed.of("server", "-c", "shop", flag, value);
        Parsed joined = Parsed.of("server", flag + "=" + value, "--cluster-name=shop");
        if (!property.equals("agent.cluster-name")) {
            assertThat(apart.err()).isEmpty();
            assertThat(apart.server())
                    .containsOnly(
                            Map.entry("agent.cluster-name", "shop"), Map.entry(property, value));
            assertThat(joined).isEqualTo(apart);
        }
        Parsed alone =
                Parsed.of(Map.of("AGENT_CLUSTER_NAME", "env"), none(), "server", flag, value);
        assertThat(alone.code()).isZero();
        assertThat(alone.server()).containsEntry(property, value);
    }

    @Test
    void flagsThatAreNotGivenAreLeftToTheConfigurationsDefaults() {
        Parsed parsed = Parsed.of("server", "--cluster-name", "shop");
        assertThat(parsed.code()).isZero();
        assertThat(parsed.server()).containsOnly(Map.entry("agent.cluster-name", "shop"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-b 127.0.0.1 -b [::1] -b ::2",
                "--bind-hosts 127.0.0.1 --bind-hosts=[::1] -b ::2",
                "--bind-hosts 127.0.0.1,[::1],::2",
                "-b 127.0.0.1,[::1] --bind-hosts ::2"
            })
    void bindHostsAddUpHoweverTheyAreGiven(String flags) {
        Parsed parsed = Parsed.of(("server -c shop " + flags).split(" "));
        assertThat(parsed.server()).containsEntry("agent.bind-hosts", "127.0.0.1,[::1],::2");
    }

    @ParameterizedTest
    @CsvSource({
        "--rotate-credentials, true",
        "--rotate-credentials true, true",
        "--rotate-credentials=true, true",
        "--rotate-credentials false, false",
        "--rotate-credentials=false, false",
        "--rotate-credentials --port 81, true",
        "--rotate-credentials -p 81, true",
        "--port 81 --rotate-credentials, true"
    })
    void rotateCredentialsWorksAloneAndWithAValue(String flags, String value) {
        Parsed parsed = Parsed.of(("server -c shop " + flags).split(" "));
        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server()).containsEntry("agent.rotate-credentials", value);
    }

    @ParameterizedTest
    @EnumSource(LogLevel.class)
    void levelIsTakenBeforeAndAfterTheCommand(LogLevel level) {
        String name = level.name().toLowerCase(Locale.ROOT);
        assertThat(Parsed.of("-v", name, "server", "-c", "shop").level()).isEqualTo(level);
        assertThat(Parsed.of("server", "-c", "shop", "-v", name).level()).isEqualTo(level);
        assertThat(Parsed.of("server", "--verbosity=" + name, "-c=shop").level()).isEqualTo(level);
    }

    @Test
    void levelIsInfoUnlessToldOtherwise() {
        assertThat(Parsed.of("server", "-c", "shop").level()).isEqualTo(LogLevel.INFO);
        assertThat(
                        Parsed.of(
                                        Map.of("AGENT_VERBOSITY", "debug"),
                                        none(),
                                        "server",
                                        "-c",
                                        "shop")
                                .level())
                .isEqualTo(LogLevel.DEBUG);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                wrong(
                        "--port",
                        "http",
                        "'http' is not a port; give a whole number from 1 to 65535"),
                wrong("-p", "0", "--port", "'0' is not a port; give a whole number"),
                wrong("--probe-port", "70000", "'70000' is not a port; give a whole number"),
                wrong("--metrics-port", "-1", "'-1' is not a port; give a whole number"),
                wrong(
                        "--metrics-address",
                        "node",
                        "'node' is not an IP address to listen on; give"),
                wrong(
                        "--bind-hosts",
                        "1.2.3",
                        "'1.2.3' is not an IP address to listen on; give one"),
                wrong("--bind-hosts", "127.0.0.1,x", "'x' is not an IP address to listen on; give"),
                wrong("--bind-hosts", ",127.0.0.1", "'' is not an IP address to listen on; give"),
                wrong("--cluster-name", "a b", "'a b' is not a cluster name; give 1 to 100"),
                wrong("--cluster-name", "", "'' is not a cluster name; give 1 to 100"),
                wrong(
                        "--max-credential-retention-before-renewal",
                        "3",
                        "'3' is not a duration; give one such as 3h, 1h30m or 90s, or 0"),
                wrong("--max-cache-size", "many", "'many' is not a count; give a whole number"),
                wrong(
                        "--max-service-qps",
                        "0",
                        "'0' is not a rate per second; give a whole number"),
                wrong(
                        "--rotate-credentials",
                        "yes",
                        "'yes' is neither true nor false; give one of them"),
                wrong("--endpoint", "host", "'host' is not the URL of a service; give one such as"),
                wrong(
                        "--verbosity",
                        "loud",
                        "'loud' is not a level; give one of panic, fatal, error, warn, warning,"
                                + " info, debug, trace"),
                wrong("--remove-taint", "a b", "'a b' is not the key of a taint; give one such as"),
                wrong("--node-name", "a/b", "'a/b' is not the name of a node; give one as"),
                wrong("-v", "", "--verbosity", "'' is not a level; give one of"));
    }

    private static Arguments wrong(String flag, String value, String problem) {
        return wrong(flag, value, flag, problem);
    }

    private static Arguments wrong(String flag, String value, String named, String problem) {
        return Arguments.of(flag, value, named, problem);
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValueIsOneLineThatNamesFlagValueAndRemedy(
            String flag, String value, String named, String problem) {
        for (Parsed parsed :
                new Parsed[] {
                    Parsed.of("server", "-c", "shop", flag + "=" + value),
                    Parsed.of("server", "-c", "shop", flag, value),
                    Parsed.of("server", flag, value, "-c", "shop")
                }) {
            assertRefused(parsed, named + ": " + problem);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cluster-name",
                "--port",
                "--bind-hosts",
                "--max-cache-size",
                "--endpoint",
                "--verbosity"
            })
    void flagWithoutItsValueIsToldWithTheRemedy(String flag) {
        assertRefused(
                Parsed.of(Map.of("AGENT_CLUSTER_NAME", "shop"), none(), "server", flag),
                flag + ": has no value; give one after it, see --help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "; there is no command; give server, auth, initialize, doctor or version, or see --help",
                "-v debug; there is no command; give server, auth, initialize, doctor or version, or see --help",
                "server; --cluster-name: missing; give it as a flag or as AGENT_CLUSTER_NAME, see --help",
                "server -p 81; --cluster-name: missing; give it as a flag or as AGENT_CLUSTER_NAME, see",
                "serve -c shop; 'serve' is not a command; give server, auth, initialize, doctor or version, or see",
                "server -c shop --prot 81; '--prot' is not a flag of server; see --help for those there are",
                "server -c shop -x; '-x' is not a flag of server; see --help for those there are",
                "server -c shop extra; 'extra' follows no flag of server; see --help",
                "version --port 81; '--port' is not a flag of version; see --help for those there are",
                "version extra; 'extra' follows no flag of version; see --help",
                "--port 81; '--port' is not a flag of pod-identity-agent; see --help for those there are",
            })
    void unknownAndMissingArgumentsAreOneLineWithARemedy(String both) {
        String arguments = both.substring(0, both.indexOf(';'));
        String[] split = arguments.isEmpty() ? new String[0] : arguments.split(" ");
        assertRefused(Parsed.of(split), both.substring(arguments.length() + 2));
    }

    @Test
    void flagGivenTwiceTakesItsLastValueAsInTheReference() {
        Parsed parsed = Parsed.of("server", "-c", "shop", "-p", "81", "--port", "82", "-c=prod");
        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server())
                .containsOnly(
                        Map.entry("agent.cluster-name", "prod"), Map.entry("agent.port", "82"));
        assertThat(Parsed.of("-v", "trace", "server", "-c=shop", "-v", "warn").level())
                .isEqualTo(LogLevel.WARN);
    }

    @Test
    void flagIsNotTakenForTheValueOfTheFlagBeforeIt() {
        assertRefused(Parsed.of("server", "-c", "--port", "81"), "--cluster-name: missing");
        assertRefused(Parsed.of("server", "-c", "shop", "-p", "--help"), "--port: has no value");
    }

    @Test
    void severalLinesInAValueAreToldAsOne() {
        assertRefused(
                Parsed.of("server", "-c", "shop\n2026 ERROR forged"),
                "--cluster-name: 'shop 2026 ERROR forged' is not a cluster name");
        assertRefused(
                Parsed.of("server", "-c", "shop", "--x\r\nforged"),
                "'--x forged' is not a flag of server");
    }

    @Test
    void tokenGivenAsArgumentIsNotRepeated() {
        String token = "eyJhbGciOiJSUzI1NiJ9." + "A".repeat(300) + "." + "B".repeat(300);
        for (Parsed parsed :
                new Parsed[] {
                    Parsed.of("server", "-c", "shop", token),
                    Parsed.of("server", "-c", token),
                    Parsed.of("server", "-c", "shop", "--token=" + token),
                    Parsed.of("server", "-c", "shop", "--endpoint", "https://x:" + token + "@host")
                }) {
            assertThat(parsed.code()).isEqualTo(2);
            assertThat(parsed.err()).doesNotContain(token).hasLineCount(1);
        }
    }

    @Test
    void environmentStandsInForFlagsThatAreNotGiven() {
        Parsed parsed =
                Parsed.of(
                        Map.of(
                                "AGENT_CLUSTER_NAME", "shop",
                                "AGENT_BIND_HOSTS", "127.0.0.1,[::1]",
                                "AGENT_MAX_CREDENTIAL_RETENTION_BEFORE_RENEWAL", "90s",
                                "AGENT_ROTATE_CREDENTIALS", "true"),
                        none(),
                        "server");
        assertThat(parsed.server())
                .containsOnly(
                        Map.entry("agent.cluster-name", "shop"),
                        Map.entry("agent.bind-hosts", "127.0.0.1,[::1]"),
                        Map.entry("agent.max-credential-retention-before-renewal", "90s"),
                        Map.entry("agent.rotate-credentials", "true"));
    }

    @Test
    void propertyWinsOverEnvironmentAndFlagOverBoth() {
        Map<String, String> environment =
                Map.of(
                        "AGENT_CLUSTER_NAME", "env",
                        "AGENT_PORT", "81",
                        "AGENT_BIND_HOSTS", "127.0.0.1",
                        "AGENT_PROBE_PORT", "84");
        Properties properties = new Properties();
        properties.setProperty("agent.port", "82");
        properties.setProperty("agent.cluster-name", "property");
        Parsed parsed =
                Parsed.of(environment, properties, "server", "-c", "flag", "-b", "127.0.0.2");
        assertThat(parsed.server())
                .containsOnly(
                        Map.entry("agent.cluster-name", "flag"),
                        Map.entry("agent.port", "82"),
                        Map.entry("agent.bind-hosts", "127.0.0.2"),
                        Map.entry("agent.probe-port", "84"));
    }

    @Test
    void wrongValueInTheEnvironmentIsToldAsAWrongFlagIs() {
        assertRefused(
                Parsed.of(Map.of("AGENT_PORT", "http"), none(), "server", "-c", "shop"),
                "--port: 'http' is not a port; give a whole number from 1 to 65535");
        Properties properties = new Properties();
        properties.setProperty("agent.max-cache-size", "-5");
        assertRefused(
                Parsed.of(Map.of(), properties, "server", "-c", "shop"),
                "--max-cache-size: '-5' is not a count");
    }

    @Test
    void wrongValueInTheEnvironmentDoesNotMatterWhereAFlagReplacesIt() {
        Parsed parsed =
                Parsed.of(Map.of("AGENT_PORT", "http"), none(), "server", "-c", "shop", "-p", "81");
        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server()).containsEntry("agent.port", "81");
    }

    @Test
    void environmentOfTheServerDoesNotReachInitialize() {
        assertThat(
                        Parsed.of(
                                        Map.of("AGENT_UNDO", "true", "AGENT_PORT", "http"),
                                        none(),
                                        "initialize",
                                        "--help")
                                .code())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "AGENT_PORT, tcp://10.0.0.1:80",
        "AGENT_PROBE_PORT, tcp://10.0.0.1:80",
        "AGENT_METRICS_PORT, udp://10.0.0.1:53"
    })
    void linkToAServiceOfTheClusterIsNoFlag(String variable, String link) {
        Parsed parsed = Parsed.of(Map.of(variable, link), none(), "server", "-c", "shop");

        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server()).containsOnly(Map.entry("agent.cluster-name", "shop"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"undo", "dry-run"})
    void whatIsDoneOnceIsAskedForByAFlagOnly(String name) {
        String variable = "AGENT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
        Properties properties = none();
        properties.setProperty("agent." + name, "true");
        CommandLine line = Main.commandLine(properties, Map.of(variable, "true"));

        var initialize = line.parseArgs("initialize").subcommand().commandSpec();

        assertThat(initialize.findOption("--" + name).<Boolean>getValue()).isFalse();
        assertThat(
                        line.parseArgs("initialize", "--" + name)
                                .subcommand()
                                .commandSpec()
                                .findOption("--" + name)
                                .<Boolean>getValue())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "server --help", "server -h", "server -c=x --help"})
    void helpNamesWhatThereIsAndSucceeds(String arguments) {
        Parsed parsed = Parsed.of(arguments.split(" "));
        assertThat(parsed.code()).isZero();
        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.out())
                .contains("Usage: pod-identity-agent")
                .contains(
                        arguments.startsWith("server")
                                ? "--max-credential-retention-before-renewal"
                                : "initialize");
    }

    private static void assertRefused(Parsed parsed, String start) {
        assertThat(parsed.err())
                .startsWith("pod-identity-agent: " + start)
                .endsWith(System.lineSeparator())
                .hasLineCount(1);
        assertThat(parsed.code()).isEqualTo(2);
        assertThat(parsed.out()).isEmpty();
        assertThat(parsed.server()).isEmpty();
    }

    private static Properties none() {
        return new Properties();
    }
}
