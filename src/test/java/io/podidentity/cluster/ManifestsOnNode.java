package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API server makes of all that is in {@code kubernetes/}, field by field. */
abstract class ManifestsOnNode {

    private static final String STRICTLY = " --dry-run=server --validate=strict --filename ";

    @TempDir static Path folder;

    /** As where Prometheus' operator and Cilium are installed. */
    @BeforeAll
    static void defineKindsOfOthers() {
        if (node != null) {
            node.kubectl("create --filename " + node.definitions());
            node.kubectl("wait --for=condition=Established --all crds --timeout=60s");
        }
    }

    static Stream<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("kubernetes"))) {
            return files
                    .filter(file -> !file.startsWith("kubernetes/chart"))
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void apiServerTakesTheManifest(Path manifest) {
        assertThat(node.kubectl("apply" + STRICTLY + manifest))
                .contains("(server dry run)")
                .doesNotContain("Warning");
    }

    static Stream<Path> values() throws IOException {
        Path reference = Path.of("src/test/resources/chart/reference-values.yaml");
        try (Stream<Path> files = Files.list(reference.resolveSibling("values"))) {
            return Stream.concat(Stream.of(reference), files.sorted()).toList().stream();
        }
    }

    /** In a namespace where nothing is that it would have to agree with. */
    @ParameterizedTest
    @MethodSource("values")
    void apiServerTakesTheChartWithPeoplesValues(Path values) {
        assertThat(
                        agent.run(
                                "helm template eks-pod-identity-agent kubernetes/chart"
                                        + " --namespace shop --values "
                                        + values
                                        + " | kubectl apply"
                                        + STRICTLY
                                        + "-"))
                .contains("daemonset.apps/")
                .doesNotContain("Warning");
    }

    @ParameterizedTest
    @CsvSource({
        "agent.yaml, hostNetwork, spec.template.spec.hostNetwerk",
        "monitoring/service-monitor.yaml, interval, spec.endpoints[0].intervall",
        "examples/cilium-network-policy.yaml, toEntities, spec.egress[0].toEntity",
    })
    void apiServerRefusesAMisspeltField(String manifest, String field, String misspelt)
            throws IOException {
        Path file = folder.resolve("misspelt.yaml");
        Files.writeString(
                file,
                Files.readString(Path.of("kubernetes", manifest))
                        .replace(field + ":", misspelt.replaceAll(".*\\.", "") + ":"));

        Shell.Result result = node.run(List.of("bash", "-c", "kubectl apply" + STRICTLY + file));

        assertThat(result.exit()).isNotZero();
        assertThat(result.output()).contains("unknown field \"" + misspelt + '"');
    }
}
