package io.podidentity.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.podidentity.harness.EksAuthOnNode;
import io.podidentity.harness.Namespace;
import io.podidentity.harness.PodsOnNode;
import io.podidentity.harness.PodsOnNode.Pod;
import io.podidentity.harness.Processes;
import io.podidentity.harness.Shell;
import io.podidentity.manifests.Manifest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image, run from the generated manifest's own containers, serves the pods of a node. */
class ContainerIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Map<String, String> SIGNING =
            Map.of(
                    "AWS_ACCESS_KEY_ID", "AKIANODE",
                    "AWS_SECRET_ACCESS_KEY", "secretOfTheNode",
                    "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");

    private final String name = "pia-" + ProcessHandle.current().pid();
    private final PodsOnNode topology = new PodsOnNode();
    private final Namespace node = topology.node();
    private PodSpec manifest;
    private Podman podman;
    private EksAuthOnNode eksAuth;
    private @Nullable Process agent;

    @TempDir Path folder;

    @BeforeEach
    void load() throws Exception {
        podman = new Podman(node.name(), folder.resolve("volumes"));
        manifest = Manifest.agent("dev", "eu-west-1");
        eksAuth = EksAuthOnNode.start(node);
    }

    @AfterEach
    void clean() throws Exception {
        if (eksAuth != null) {
            Shell.run(List.of("podman", "rm", "--force", "--time", "1", name));
            eksAuth.close();
        }
        if (agent != null) {
            Processes.kill(agent);
        }
        topology.close();
    }

    @Test
    void podsGetCredentialsFromTheManifestsContainers() throws Exception {
        initialize();
        agent = server();

        awaitCredentials("169.254.170.23");
        awaitCredentials("[fd00:ec2::23]");

        assertThat(Podman.status(name, "CapEff")).as("NET_BIND_SERVICE").isEqualTo(mask(10));
        assertThat(Podman.status(name, "CapBnd")).as("NET_BIND_SERVICE").isEqualTo(mask(10));
        assertThat(Podman.status(name, "CapAmb")).as("none").isEqualTo("0000000000000000");
        assertThat(Podman.status(name, "NoNewPrivs")).isEqualTo("1");
        assertThat(Podman.status(name, "Seccomp")).as("filtered").isEqualTo("2");

        Shell.succeed(
                List.of(
                        "podman",
                        "stop",
                        "--time",
                        String.valueOf(manifest.getTerminationGracePeriodSeconds()),
                        name));
        assertThat(agent.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isZero();
    }

    @Test
    void nodeWithoutIpv6IsServedOverIpv4() throws Exception {
        node.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        initialize();
        agent = server();

        awaitCredentials("169.254.170.23");

        assertThat(agent.isAlive()).isTrue();
    }

    /** Otherwise it would start in twice the time, and nobody would be told. */
    @Test
    void nearlyAllClassesComeFromTheAotCache() throws Exception {
        initialize();
        agent = server(Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on -Xlog:class+load:stdout:none"));
        awaitCredentials("169.254.170.23");

        List<String> loaded =
                Files.readAllLines(folder.resolve("agent.log")).stream()
                        .filter(line -> line.contains(" source: "))
                        .toList();
        assertThat(loaded).hasSizeGreaterThan(1_000);
        List<String> cached =
                loaded.stream().filter(line -> line.endsWith("shared objects file")).toList();
        assertThat(cached.size()).isGreaterThan(loaded.size() * 9 / 10);
        // Of all the SDK's tables.
        assertThat(loaded.stream().filter(line -> line.contains(".regions.servicemetadata.")))
                .singleElement()
                .asString()
                .contains(".EksAuthServiceMetadata ");
        // EKS Auth is asked over TLS.
        assertThat(cached).anyMatch(line -> line.startsWith("sun.security.ssl.Finished "));
    }

    /** What the nodes' runtimes know the image by is what the manifest asks them for. */
    @Test
    void imageIsLoadedUnderTheManifestsName() {
        assertThat(podman.image()).isEqualTo(manifest.getContainers().getFirst().getImage());
    }

    @Test
    void imageHoldsNoShell() throws Exception {
        Path root = Path.of("target/image/root");
        try (var files = Files.walk(root)) {
            assertThat(files.filter(Files::isExecutable).filter(Files::isRegularFile))
                    .extracting(file -> root.relativize(file).toString())
                    .isNotEmpty()
                    .allMatch(
                            file ->
                                    file.contains("/jre/bin/")
                                            || file.contains("/jre/lib/")
                                            || file.contains(".so"));
        }
    }

    private void initialize() {
        Container initialize = manifest.getInitContainers().getFirst();
        Shell.succeed(podman.run(name, initialize, Map.of(), List.of()));
    }

    private void awaitCredentials(String host) {
        for (Pod pod : topology.pods()) {
            await(host + " answers with credentials")
                    .atMost(TIMEOUT)
                    .until(() -> pod.ask(host, eksAuth.token()), it -> it.endsWith(" 200"));
        }
    }

    private Process server() throws Exception {
        return server(Map.of());
    }

    private Process server(Map<String, String> more) throws Exception {
        Container server = manifest.getContainers().getFirst();
        Map<String, String> environment = new HashMap<>(SIGNING);
        environment.putAll(more);
        File log = folder.resolve("agent.log").toFile();
        return Processes.start(
                new ProcessBuilder(
                                podman.run(
                                        name,
                                        server,
                                        environment,
                                        List.of("--endpoint", eksAuth.endpoint())))
                        .redirectErrorStream(true)
                        .redirectOutput(log));
    }

    private static String mask(int capability) {
        return String.format("%016x", 1L << capability);
    }
}
