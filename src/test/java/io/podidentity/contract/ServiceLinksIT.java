package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Namespace;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged commands on their default ports, beside Services named as their variables are. */
class ServiceLinksIT {

    private Namespace node;

    @BeforeEach
    void makeNode() {
        node = Namespace.create();
    }

    @AfterEach
    void removeNode() {
        node.close();
    }

    @Test
    void serverStartsBesideServicesNamedAgent() {
        try (PackagedAgent agent =
                linked("AGENT", "server", "--cluster-name", "dev", "--bind-hosts", "127.0.0.1")
                        .environment("AGENT_PROBE_PORT", "tcp://10.0.0.2:80")
                        .environment("AGENT_METRICS_PORT", "tcp://10.0.0.3:80")
                        .environment("QUARKUS_HTTP_PORT", "tcp://10.0.0.4:80")
                        .start()) {
            agent.awaitLine("127.0.0.1:80\"");
            agent.awaitLine("127.0.0.1:2703");
            agent.awaitLine("0.0.0.0:2705");
        }
    }

    @Test
    void authStartsBesideAServiceNamedAuth(@TempDir Path folder) throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        Path associations = Files.writeString(folder.resolve("associations"), "associations: []\n");
        try (PackagedAgent auth =
                linked("AUTH", "auth", "--cluster=dev=" + keys, "--associations=" + associations)
                        .start()) {
            auth.awaitLine("http://127.0.0.1:8443");
        }
    }

    @Test
    void initializeIsNotTurnedRoundByItsEnvironment() {
        Shell.Result first = initialize("AGENT_UNDO=true", "AGENT_DRY_RUN=true");

        assertThat(first.exit()).as(first.output()).isZero();
        assertThat(node.run("ip", "link", "show", "pod-id-link0").exit()).isZero();
    }

    private Shell.Result initialize(String... environment) {
        return node.run(
                Stream.of(
                                List.of("env"),
                                List.of(environment),
                                PackagedAgent.program(),
                                List.of("initialize"))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    /** With all that a Service of this name, port 80, puts into a pod's environment. */
    private PackagedAgent.Builder linked(String service, String... command) {
        return PackagedAgent.command(command)
                .through(node.command())
                .environment(service + "_SERVICE_HOST", "10.0.0.1")
                .environment(service + "_SERVICE_PORT", "80")
                .environment(service + "_SERVICE_PORT_HTTP", "80")
                .environment(service + "_PORT", "tcp://10.0.0.1:80")
                .environment(service + "_PORT_80_TCP", "tcp://10.0.0.1:80")
                .environment(service + "_PORT_80_TCP_PROTO", "tcp")
                .environment(service + "_PORT_80_TCP_PORT", "80")
                .environment(service + "_PORT_80_TCP_ADDR", "10.0.0.1");
    }
}
