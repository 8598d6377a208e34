package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import io.podidentity.config.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {

    private static final String ISO = "us-iso-east-1";

    @Test
    void lintFindsNoFault() {
        LintResult result = Chart.lint();

        assertThat(result.isFailed()).isFalse();
        assertThat(result.getMessages()).allMatch(message -> message.startsWith("[INFO]"));
    }

    @Test
    void itsVersionsAreTheApplications() throws IOException {
        JsonNode chart = new YAMLMapper().readTree(Chart.FOLDER.resolve("Chart.yaml").toFile());
        assertThat(chart.get("version").asText()).isEqualTo(Version.current());
        assertThat(chart.get("appVersion").asText()).isEqualTo(Version.current());
    }

    /** The chart has its templates for their loops; this is what keeps them true. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent.yaml | {}",
                "agent-native.yaml | image: {flavor: native}",
                "agent-iso.yaml | env: {AWS_REGION: us-iso-east-1}",
                "agent-hybrid.yaml | daemonsets: {cloud: {create: false}, hybrid: {create: true}}",
                "agent-hybrid-bottlerocket.yaml"
                        + " | daemonsets: {cloud: {create: false}, hybrid-bottlerocket: {create: true}}",
                "agent-metrics.yaml | metrics: {enabled: true}",
                "agent-startup-taint.yaml | startupTaint: {enabled: true}",
                "agent-events.yaml | agent: {events: true}",
            })
    void rendersWhatTheBuildGenerates(String file, String values) throws IOException {
        // What people put in with sed; -iso in the region's name is what the chart goes by.
        String region = values.contains(ISO) ? ISO : "AWS_REGION_NAME";
        String generated =
                Files.readString(Manifests.FOLDER.resolve(file)).replace("AWS_REGION_NAME", region);

        assertThat(byName(Chart.resources(values))).isEqualTo(byName(Typed.read(generated)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "service-monitor.yaml | metrics: {enabled: true, serviceMonitor: {enabled: true}}",
                "pod-monitor.yaml | metrics: {enabled: true, podMonitor: {enabled: true}}",
                "prometheus-rule.yaml | metrics: {prometheusRule: {enabled: true}}",
            })
    void rendersTheMonitoringThatTheBuildGenerates(String file, String values) throws IOException {
        assertThat(byName(Chart.resources(values)))
                .containsAllEntriesOf(
                        byName(
                                Typed.read(
                                        Files.readString(
                                                Manifests.FOLDER
                                                        .resolve("monitoring")
                                                        .resolve(file)))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{} | 96Mi | 256Mi",
                "image: {flavor: native} | 64Mi | 160Mi",
                "{image: {flavor: native}, resources: {limits: {memory: 96Mi}}} | 64Mi | 96Mi",
                "resources: {limits: {memory: null}} | 96Mi | -",
                "resources: null | - | -",
            })
    void memoryIsThatOfTheFlavourUnlessItIsGiven(
            String values, @Nullable String request, @Nullable String limit) {
        Container agent =
                Typed.only(DaemonSet.class, Chart.resources(values))
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst();

        assertThat(memory(agent, ResourceRequirements::getRequests)).isEqualTo(request);
        assertThat(memory(agent, ResourceRequirements::getLimits)).isEqualTo(limit);
    }

    private static @Nullable String memory(
            Container container, Function<ResourceRequirements, Map<String, Quantity>> of) {
        return Optional.ofNullable(container.getResources())
                .map(of)
                .map(each -> each.get("memory"))
                .map(Quantity::toString)
                .orElse(null);
    }

    @ParameterizedTest
    @FieldSource("io.podidentity.manifests.Renderings#VALUES")
    void everyRenderingHoldsWhatItsKindsMay(String values) {
        assertThat(Chart.resources(values))
                .isNotEmpty()
                .allSatisfy(
                        each ->
                                assertThat(each.getMetadata().getName())
                                        .hasSizeLessThanOrEqualTo(63)
                                        .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
    }

    @ParameterizedTest
    @FieldSource("io.podidentity.manifests.Renderings#VALUES")
    void everyPodIsSelectedByItsDaemonSet(String values) {
        assertThat(Typed.all(DaemonSet.class, Chart.resources(values)))
                .allSatisfy(
                        each ->
                                assertThat(each.getSpec().getTemplate().getMetadata().getLabels())
                                        .containsAllEntriesOf(
                                                each.getSpec().getSelector().getMatchLabels())
                                        .containsEntry("app", "eks-pod-identity-agent"));
    }

    /** As in Amazon's chart, a port of the host's network would be the node's. */
    @ParameterizedTest
    @FieldSource("io.podidentity.manifests.Renderings#VALUES")
    void noPodDeclaresAPort(String values) {
        assertThat(Typed.all(DaemonSet.class, Chart.resources(values)))
                .flatExtracting(each -> each.getSpec().getTemplate().getSpec().getContainers())
                .allSatisfy(each -> assertThat(each.getPorts()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{} | 10% | 0",
                "updateStrategy: {rollingUpdate: {maxSurge: 1}} | 1 | 0",
                "updateStrategy: {rollingUpdate: {maxUnavailable: 0}} | 10% | 0",
                "updateStrategy: {rollingUpdate: {maxUnavailable: 0%}} | 10% | 0%",
                "updateStrategy: {rollingUpdate: {maxUnavailable: 10%}} | - | 10%",
                "updateStrategy: {rollingUpdate: {maxUnavailable: 1}} | - | 1",
                "updateStrategy: {rollingUpdate: {maxUnavailable: null}} | - | -",
            })
    void oldAgentIsReplacedAsToldAndInAWayThatKubernetesTakes(
            String values, @Nullable String surge, @Nullable String unavailable) {
        RollingUpdateDaemonSet update =
                Typed.only(DaemonSet.class, Chart.resources(values))
                        .getSpec()
                        .getUpdateStrategy()
                        .getRollingUpdate();

        assertThat(text(update.getMaxSurge())).isEqualTo(surge);
        assertThat(text(update.getMaxUnavailable())).isEqualTo(unavailable);
    }

    private static @Nullable String text(@Nullable IntOrString value) {
        return value == null ? null : String.valueOf(value.getValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "clustername: a | 'clustername' not allowed",
                "clusterName: 'a b' | /clusterName",
                "clusterName: '' | /clusterName",
                "clusterName: 1.5 | /clusterName",
                "clusterName: -1 | /clusterName",
                "enabled: 'yes' | /enabled",
                "agent: {probePort: http} | /agent/probePort",
                "agent: {probePort: 70000} | /agent/probePort",
                "agent: {additionalArg: {}} | 'additionalArg' not allowed",
                "agent: {additionalArgs: [-v, debug]} | /agent/additionalArgs",
                "agent: {additionalArgs: {verbosity: debug}} | verbosity",
                "agent: {livenessEndpoint: healthz} | /agent/livenessEndpoint",
                "init: {creat: true} | 'creat' not allowed",
                "metrics: {enabled: 'yes'} | /metrics/enabled",
                "metrics: {serviceMonitor: {intervall: 1s}} | 'intervall' not allowed",
                "metrics: {podMonitor: {interval: soon}} | /metrics/podMonitor/interval",
                "daemonsets: {hybrid: {crate: true}} | 'crate' not allowed",
                "daemonsets: {hybrid: {create: 'true'}} | /daemonsets/hybrid/create",
                "daemonsets: {hybird: {create: true}} | daemonsets.hybird.nameSuffix",
                "image: {pullPolicy: Sometimes} | /image/pullPolicy",
                "image: {flavor: graal} | /image/flavor",
                "image: {repository: x} | 'repository' not allowed",
                "startupTaint: {enabled: true, key: 'a b'} | /startupTaint/key",
                "state: {hostPath: run} | /state/hostPath",
                "state: {emptyDir: {}} | 'emptyDir' not allowed",
                "tolerations: {operator: Exists} | /tolerations",
                "updateStrategy: {type: Recreate} | /updateStrategy/type",
                "minReadySeconds: 5s | /minReadySeconds",
                "resources: {limit: {}} | 'limit' not allowed",
                "env: {AWS_REGION: {a: b}} | /env/AWS_REGION",
            })
    void wrongValueIsNamed(String values, String named) {
        assertThatThrownBy(() -> Chart.text(values))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(named);
    }

    @Test
    void valuesOfAmazonsChartInstallThisAgent() throws IOException {
        Golden.check("reference-values.golden.yaml", Chart.text(Renderings.reference()));
    }

    @Test
    void allThatAmazonsChartCanDoInstallsThisAgent() throws IOException {
        String more =
                """
                clusterName: shop
                env:
                  AWS_REGION: us-iso-west-1
                daemonsets:
                  hybrid:
                    create: true
                  hybrid-bottlerocket:
                    create: true
                metrics:
                  enabled: true
                  serviceMonitor:
                    enabled: true
                """;
        Golden.check("reference-values-all.golden.yaml", Chart.text(Renderings.reference(), more));
    }

    @Test
    void valuesOfAmazonsChartRunNeitherItsImageNorItsLauncher() throws IOException {
        String text = Chart.text(Renderings.reference());

        assertThat(text).doesNotContain("602401143452").doesNotContain("go-runner");
        assertThat(agent(Renderings.reference()).getCommand()).isEmpty();
        assertThat(agent(Renderings.reference()).getArgs()).startsWith("server", "--port", "80");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{} | localhost/pod-identity-agent:VERSION",
                "image: {containerRegistry: example.com/a} | example.com/a/pod-identity-agent:VERSION",
                "image: {tag: 2.0.1} | localhost/pod-identity-agent:2.0.1",
                "image: {tag: v0.1.20, containerRegistry: x} | localhost/pod-identity-agent:VERSION",
                "image: {tag: v0.1.20, override: a/b:c} | a/b:c",
            })
    void imageIsNamed(String values, String image) {
        assertThat(agent(values).getImage()).isEqualTo(image.replace("VERSION", Version.current()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics: {enabled: true}",
                "podAnnotations: {prometheus.io/scrape: 'true'}",
                "podAnnotations: {prometheus.io/scrape: true}"
            })
    void metricsAreOpenWhereSomebodyAsksForThem(String values) {
        assertThat(agent(values).getArgs())
                .doesNotContain("--metrics-address")
                .containsSequence("--metrics-port", "2705");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "podAnnotations: {prometheus.io/scrape: 'false'}"})
    void metricsStayOnTheNodeOtherwise(String values) {
        assertThat(agent(values).getArgs()).containsSequence("--metrics-address", "127.0.0.1");
        assertThat(Typed.all(Service.class, Chart.resources(values))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"20240101", "123456789012345", "7"})
    void clusterMayBeNamedByDigits(String digits) {
        assertThat(agent("clusterName: " + digits).getArgs())
                .containsSequence("--cluster-name", digits);
        assertThat(Chart.withSet("clusterName", Long.valueOf(digits)))
                .contains("\"" + digits + "\"");
    }

    @Test
    void conditionOfAChartAboveIsAccepted() {
        assertThat(Chart.text("{enabled: true, global: {a: b}}")).isEqualTo(Chart.text("{}"));
    }

    @Test
    void numbersBecomeTheStringsThatKubernetesAsksFor() {
        DaemonSet daemonSet =
                Typed.only(
                        DaemonSet.class,
                        Chart.resources(
                                """
                                podLabels: {build: 20240101}
                                podAnnotations: {checksum: 12345678}
                                nodeSelector: {generation: 20240101, gpu: true}
                                agent: {probePort: '12703'}
                                image: {tag: 20240101}
                                """));
        var template = daemonSet.getSpec().getTemplate();
        Container agent = template.getSpec().getContainers().getFirst();

        assertThat(template.getMetadata().getLabels()).containsEntry("build", "20240101");
        assertThat(template.getMetadata().getAnnotations()).containsEntry("checksum", "12345678");
        assertThat(template.getSpec().getNodeSelector())
                .containsOnly(Map.entry("generation", "20240101"), Map.entry("gpu", "true"));
        assertThat(agent.getLivenessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(12703);
        assertThat(agent.getImage()).endsWith(":20240101");
    }

    @ParameterizedTest
    @ValueSource(strings = {"20240101", "1e3", "0x10"})
    void releaseAndNamespaceMayBeNamedLikeNumbers(String name) {
        assertThat(Typed.read(Chart.named(name, name)))
                .isNotEmpty()
                .allSatisfy(
                        each -> {
                            assertThat(each.getMetadata().getNamespace()).isEqualTo(name);
                            assertThat(each.getMetadata().getLabels())
                                    .containsEntry("app.kubernetes.io/instance", name);
                        });
    }

    @Test
    void flagsOfUsersComeLastAndAsTheyWereWritten() {
        assertThat(agent("agent: {additionalArgs: {'--max-cache-size': 1000000}}").getArgs())
                .endsWith("--max-cache-size", "1000000");
    }

    @Test
    void emptyEndpointLeavesItsProbeOut() {
        Container agent = agent("agent: {livenessEndpoint: '', readinessEndpoint: ''}");

        assertThat(agent.getLivenessProbe()).isNull();
        assertThat(agent.getReadinessProbe()).isNull();
    }

    @Test
    void stateOutlivesThePodWhereTheNodeMayKeepItAndElseItsContainers() {
        assertThat(state("{}").getHostPath().getPath()).isEqualTo("/run/pod-identity-agent");
        assertThat(state("state: {hostPath: /run/other}").getHostPath().getPath())
                .isEqualTo("/run/other");
        Volume off = state("state: {hostPath: ''}");
        assertThat(off.getHostPath()).isNull();
        assertThat(off.getEmptyDir().getMedium()).isEqualTo("Memory");
    }

    private static Volume state(String values) {
        return Typed.only(DaemonSet.class, Chart.resources(values))
                .getSpec()
                .getTemplate()
                .getSpec()
                .getVolumes()
                .stream()
                .filter(volume -> volume.getName().equals("state"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void portsOfProbesMoveTogether() {
        Container agent = agent("agent: {probePort: 12703}");

        assertThat(agent.getArgs()).containsSequence("--probe-port", "12703");
        assertThat(agent.getLivenessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(12703);
        assertThat(agent.getReadinessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(12703);
    }

    @Test
    void serviceAccountIsSharedByAllDaemonSets() {
        List<HasMetadata> resources = Chart.resources("daemonsets: {hybrid: {create: true}}");

        String account = Typed.only(ServiceAccount.class, resources).getMetadata().getName();
        assertThat(Typed.all(DaemonSet.class, resources))
                .hasSize(2)
                .allSatisfy(
                        each ->
                                assertThat(
                                                each.getSpec()
                                                        .getTemplate()
                                                        .getSpec()
                                                        .getServiceAccountName())
                                        .isEqualTo(account));
    }

    @Test
    void notesSayHowToCheckAndWhatIsStillAPlaceholder() throws IOException {
        assertThat(Chart.notes(Renderings.reference()))
                .contains("rollout status")
                .contains("sts get-caller-identity")
                .contains("clusterName is a placeholder")
                .contains("env.AWS_REGION is a placeholder")
                .contains("image.tag v0.1.20 is a release of Amazon's agent")
                .contains("updateStrategy has a node's old agent end before its new one begins");
        assertThat(Chart.notes("{clusterName: shop, env: {AWS_REGION: eu-west-1}}"))
                .doesNotContain("WARNING");
    }

    private static Container agent(String values) {
        return Typed.only(DaemonSet.class, Chart.resources(values))
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();
    }

    /** As text, whose differences can be read, and in an order that does not matter. */
    private static Map<String, String> byName(List<HasMetadata> resources) {
        return resources.stream()
                .map(Chart::plain)
                .map(ChartTest::inOrder)
                .collect(
                        Collectors.toMap(
                                each -> each.getKind() + "/" + each.getMetadata().getName(),
                                Typed::write,
                                (a, b) -> a + "---\n" + b,
                                TreeMap::new));
    }

    private static HasMetadata inOrder(HasMetadata resource) {
        if (resource instanceof DaemonSet daemonSet) {
            daemonSet
                    .getSpec()
                    .getSelector()
                    .setMatchLabels(
                            new TreeMap<>(daemonSet.getSpec().getSelector().getMatchLabels()));
            daemonSet
                    .getSpec()
                    .getTemplate()
                    .getSpec()
                    .getAffinity()
                    .getNodeAffinity()
                    .getRequiredDuringSchedulingIgnoredDuringExecution()
                    .getNodeSelectorTerms()
                    .forEach(
                            term ->
                                    term.getMatchExpressions()
                                            .sort(Comparator.comparing(each -> each.getKey())));
        }
        return resource;
    }
}
