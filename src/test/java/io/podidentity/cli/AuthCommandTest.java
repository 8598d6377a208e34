package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The flags of {@code auth}. */
class AuthCommandTest {

    @TempDir Path folder;
    private Path keys;
    private Path associations;

    @BeforeEach
    void write() throws IOException {
        keys = Files.writeString(folder.resolve("keys.json"), TestKeys.jwks(TestKeys.RSA));
        associations = folder.resolve("associations.yaml");
    }

    @Test
    void flagsBecomeProperties() {
        Parsed parsed =
                auth(
                        "--cluster",
                        "prod=https://keys.example.com/jwks",
                        "--region=eu-west-1",
                        "--sts-endpoint",
                        "http://127.0.0.1:4566",
                        "-p",
                        "9443",
                        "--token-review",
                        "--probe-port=9001");

        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server())
                .containsEntry("agent.command", "auth")
                .containsEntry("agent.cluster-name", "dev")
                .containsEntry("agent.probe-port", "9001")
                .containsEntry(
                        "auth.cluster", "dev=" + keys + ",prod=https://keys.example.com/jwks")
                .containsEntry("auth.associations", associations.toString())
                .containsEntry("auth.port", "9443")
                .containsEntry("auth.token-review", "true")
                .containsEntry("aws.region", "eu-west-1")
                .containsEntry("quarkus.sts.endpoint-override", "http://127.0.0.1:4566")
                .doesNotContainKeys("auth.sts-endpoint", "agent.port", "auth.probe-port");
    }

    @Test
    void environmentStandsInForFlags() {
        Parsed parsed =
                Parsed.of(
                        Map.of(
                                "AUTH_CLUSTER",
                                "dev=" + keys,
                                "AUTH_ASSOCIATIONS",
                                associations.toString(),
                                "AGENT_PROBE_PORT",
                                "9001"),
                        new Properties(),
                        "auth");

        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server())
                .containsEntry("auth.cluster", "dev=" + keys)
                .containsEntry("agent.probe-port", "9001");
    }

    @Test
    void linkToAServiceOfTheClusterIsNoFlag() {
        Parsed parsed =
                Parsed.of(
                        Map.of("AUTH_PORT", "tcp://10.0.0.1:443"),
                        new Properties(),
                        "auth",
                        "--cluster=dev=" + keys,
                        "--associations=" + associations);

        assertThat(parsed.err()).isEmpty();
        assertThat(parsed.server()).doesNotContainKey("auth.port");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--cluster=keys.json | --cluster: 'keys.json' is not NAME=VALUE; give one such as",
                "--cluster=-x=/keys  | --cluster: '-x' is not a cluster name; give",
                "--cluster=a=/no/file| --cluster: '/no/file' cannot be read; give a file with a JWKS",
                "--cluster=a=http://keys.example.com | --cluster: 'http://keys.example.com' is not https",
                "--issuer=dev        | --issuer: 'dev' is not NAME=VALUE; give one such as",
                "--associations=/no/such/folder/a | --associations: '/no/such/folder/a' cannot be read or",
                "--region=Ireland    | --region: 'Ireland' is not a region; give one such as eu-west-1",
                "--callers=/no/file  | --callers: '/no/file' cannot be read; give a file that exists",
                "--bind-host=here    | --bind-host: 'here' is not an IP address to listen on; give",
                "--sts-endpoint=sts  | --sts-endpoint: 'sts' is not the URL of a service; give",
                "--endpoint=http://a | '--endpoint' is not a flag of auth; see --help",
            })
    void wrongValueIsOneLineWithARemedy(String flag, String complaint) {
        Parsed parsed = auth(flag);

        assertThat(parsed.code()).isEqualTo(2);
        assertThat(parsed.err()).startsWith("pod-identity-agent: " + complaint).hasLineCount(1);
        assertThat(parsed.server()).isEmpty();
    }

    @Test
    void whatIsRequiredIsNamedWithItsVariable() {
        assertThat(Parsed.of("auth").err())
                .startsWith(
                        "pod-identity-agent: --cluster: missing; give it as a flag or as"
                                + " AUTH_CLUSTER, see");
        assertThat(Parsed.of("auth", "-c", "dev=" + keys).err())
                .startsWith(
                        "pod-identity-agent: --associations: missing; give it as a flag or as"
                                + " AUTH_ASSOCIATIONS, see");
    }

    private Parsed auth(String... more) {
        List<String> arguments = new ArrayList<>(List.of("auth", "--cluster", "dev=" + keys));
        arguments.addAll(List.of("--associations", associations.toString()));
        arguments.addAll(List.of(more));
        return Parsed.of(arguments.toArray(String[]::new));
    }
}
