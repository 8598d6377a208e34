package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.openshift.api.model.monitoring.v1.PodMetricsEndpoint;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.podidentity.config.WellKnown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is committed in kubernetes/, as Kubernetes would read it. */
class ManifestsTest {

    static List<Path> files() throws IOException {
        return Renderings.committed();
    }

    static Stream<Path> agents() throws IOException {
        return files().stream().filter(file -> file.getFileName().toString().startsWith("agent"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileHoldsWhatItsKindsMay(Path file) throws IOException {
        assertThat(Typed.read(Files.readString(file))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{apiVersion: apps/v1, kind: DaemonSet, spec: {tempalte: {}}}",
                "{apiVersion: apps/v1, kind: DaemonSet, spec: {template: {spec: {hostNetwrk: true}}}}",
                "{apiVersion: apps/v2, kind: DaemonSet}",
                "{apiVersion: v1, kind: Service, spec: {ports: many}}",
                "{apiVersion: v1, kind: Service, kind: Service}",
                "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, spec: {egres: []}}",
                "{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, spec: {prot: 1}}",
            })
    void readingIsStrict(String wrong) {
        assertThatThrownBy(() -> Typed.read(wrong)).isInstanceOf(Exception.class);
    }

    @ParameterizedTest
    @MethodSource("agents")
    void agentIsRootWithOneCapabilityAndNothingElse(Path file) throws IOException {
        for (Container agent : pod(file).getContainers()) {
            confined(agent.getSecurityContext());
            assertThat(agent.getSecurityContext().getCapabilities().getAdd())
                    .containsExactly("NET_BIND_SERVICE");
        }
    }

    @ParameterizedTest
    @MethodSource("agents")
    void initContainerMayChangeTheNetworkAndNothingElse(Path file) throws IOException {
        assertThat(pod(file).getInitContainers()).hasSize(1);
        for (Container init : pod(file).getInitContainers()) {
            confined(init.getSecurityContext());
            assertThat(init.getSecurityContext().getCapabilities().getAdd())
                    .containsExactly("NET_ADMIN");
        }
    }

    private static void confined(SecurityContext context) {
        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(context.getPrivileged()).isFalse();
        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
        assertThat(context.getReadOnlyRootFilesystem()).isTrue();
        assertThat(context.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    }

    @ParameterizedTest
    @MethodSource("agents")
    void podTakesPartInTheNodesNetworkAndMustNotBeEvicted(Path file) throws IOException {
        PodSpec pod = pod(file);
        assertThat(pod.getHostNetwork()).isTrue();
        assertThat(pod.getPriorityClassName()).isEqualTo("system-node-critical");
        assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(30);
        assertThat(pod.getTolerations())
                .singleElement()
                .satisfies(
                        all -> {
                            assertThat(all.getOperator()).isEqualTo("Exists");
                            assertThat(all.getKey()).isNull();
                            assertThat(all.getEffect()).isNull();
                        });
        DaemonSet daemonSet = daemonSet(file);
        assertThat(daemonSet.getMetadata().getNamespace()).isEqualTo("kube-system");
        assertThat(daemonSet.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(daemonSet.getSpec().getSelector().getMatchLabels());
    }

    @ParameterizedTest
    @MethodSource("agents")
    void newAgentIsThereBeforeTheOldOneLeaves(Path file) throws IOException {
        DaemonSetSpec spec = daemonSet(file).getSpec();
        RollingUpdateDaemonSet update = spec.getUpdateStrategy().getRollingUpdate();

        assertThat(update.getMaxSurge().getStrVal()).isEqualTo("10%");
        // Kubernetes refuses any other beside a surge, and takes 1 where none is given.
        assertThat(update.getMaxUnavailable().getIntVal()).isZero();
        assertThat(spec.getMinReadySeconds()).isEqualTo(10);
    }

    /**
     * A DaemonSet's first template is number 1 unless its annotation says another, and a pod whose
     * label has the same number counts as made of it, whoever made it.
     */
    @ParameterizedTest
    @MethodSource("agents")
    void podsOfAmazonsAgentAreNotTakenForOurs(Path file) throws IOException {
        String number =
                daemonSet(file)
                        .getMetadata()
                        .getAnnotations()
                        .get("deprecated.daemonset.template.generation");

        assertThat(Long.parseLong(number)).isGreaterThan(100_000);
    }

    /**
     * Kubernetes makes a host port of each port that is declared on the host's network: the new pod
     * of a roll-out would wait for the old one's.
     */
    @ParameterizedTest
    @MethodSource("agents")
    void noPortIsDeclared(Path file) throws IOException {
        assertThat(pod(file).getContainers()).flatExtracting(Container::getPorts).isEmpty();
        assertThat(pod(file).getInitContainers()).flatExtracting(Container::getPorts).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("agents")
    void metricsAreForOthersWhereTheyAreAskedFor(Path file) throws IOException {
        assertThat(argument(file, "--metrics-address"))
                .isEqualTo(file.endsWith("agent-metrics.yaml") ? null : "127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.1:2705", "fd00::1, [fd00::1]:2705"})
    void podMonitorFindsPodsThatDeclareNoPort(String ip, String address) throws IOException {
        Path file = Manifests.FOLDER.resolve("monitoring/pod-monitor.yaml");
        PodMetricsEndpoint endpoint =
                Typed.only(PodMonitor.class, Typed.read(Files.readString(file)))
                        .getSpec()
                        .getPodMetricsEndpoints()
                        .getFirst();

        assertThat(endpoint.getPort()).isNull();
        assertThat(endpoint.getRelabelings())
                .filteredOn(rule -> "__address__".equals(rule.getTargetLabel()))
                .filteredOn(rule -> ip.matches(rule.getRegex()))
                .extracting(rule -> ip.replaceFirst(rule.getRegex(), rule.getReplacement()))
                .containsExactly(address);
    }

    @ParameterizedTest
    @MethodSource("agents")
    void onlyTheTokenForTheApiServerIsThere(Path file) throws IOException {
        PodSpec pod = pod(file);
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        List<VolumeProjection> projected =
                pod.getVolumes().stream()
                        .filter(volume -> volume.getProjected() != null)
                        .flatMap(volume -> volume.getProjected().getSources().stream())
                        .toList();
        assertThat(projected).extracting(VolumeProjection::getSecret).containsOnlyNulls();
        assertThat(projected)
                .filteredOn(source -> source.getServiceAccountToken() != null)
                .singleElement()
                .satisfies(
                        source -> {
                            assertThat(source.getServiceAccountToken().getPath())
                                    .isEqualTo("token");
                            // The API server's own.
                            assertThat(source.getServiceAccountToken().getAudience()).isNull();
                        });
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("api-server"))
                .extracting("mountPath", "readOnly")
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "/var/run/secrets/kubernetes.io/serviceaccount", true));
    }

    @ParameterizedTest
    @MethodSource("agents")
    void probesAskLocalhostWhereTheAgentIsToldToAnswer(Path file) throws IOException {
        Container agent = pod(file).getContainers().getFirst();
        int port = Integer.parseInt(argument(file, "--probe-port"));
        probe(agent.getLivenessProbe(), "/healthz", port, 30, 3);
        probe(agent.getReadinessProbe(), "/readyz", port, 1, 30);
        assertThat(agent.getReadinessProbe().getPeriodSeconds()).isBetween(1, 2);
        assertThat(agent.getStartupProbe()).isNull();
    }

    private static void probe(Probe probe, String path, int port, int delay, int failures) {
        assertThat(probe.getHttpGet().getHost()).isEqualTo("localhost");
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort().getIntVal()).isEqualTo(port);
        assertThat(probe.getInitialDelaySeconds()).isEqualTo(delay);
        assertThat(probe.getTimeoutSeconds()).isEqualTo(10);
        assertThat(probe.getFailureThreshold()).isEqualTo(failures);
    }

    @ParameterizedTest
    @MethodSource("agents")
    void memoryIsBoundedAndTheProcessorIsNot(Path file) throws IOException {
        for (Container each : pod(file).getContainers()) {
            assertThat(each.getResources().getLimits()).containsOnlyKeys("memory");
            assertThat(each.getResources().getRequests()).containsOnlyKeys("cpu", "memory");
        }
    }

    @ParameterizedTest
    @MethodSource("agents")
    void whatIsMountedExistsAndWhatExistsIsMounted(Path file) throws IOException {
        PodSpec pod = pod(file);
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .extracting("name")
                .containsExactlyInAnyOrderElementsOf(
                        pod.getVolumes().stream().map(volume -> volume.getName()).toList());
        assertThat(argument(file, "--state-dir"))
                .isIn(
                        pod.getContainers().getFirst().getVolumeMounts().stream()
                                .filter(mount -> mount.getName().equals("state"))
                                .map(mount -> mount.getMountPath())
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("agents")
    void stateIsInTheNodesMemoryWhereANewPodFindsIt(Path file) throws IOException {
        assertThat(pod(file).getVolumes())
                .filteredOn(volume -> volume.getName().equals("state"))
                .singleElement()
                .satisfies(
                        volume -> {
                            assertThat(volume.getHostPath().getPath()).startsWith("/run/");
                            assertThat(volume.getHostPath().getType())
                                    .isEqualTo("DirectoryOrCreate");
                        });
    }

    @Test
    void policyLetsPodsReachTheAgentAndNothingElse() throws IOException {
        NetworkPolicy policy =
                Typed.only(
                        NetworkPolicy.class,
                        Typed.read(
                                Files.readString(
                                        Path.of("kubernetes/examples/network-policy.yaml"))));
        assertThat(policy.getSpec().getEgress())
                .singleElement()
                .satisfies(
                        rule -> {
                            assertThat(rule.getTo())
                                    .extracting(peer -> peer.getIpBlock().getCidr())
                                    .containsExactly(
                                            WellKnown.IPV4_ADDRESS + "/32",
                                            WellKnown.IPV6_ADDRESS + "/128");
                            assertThat(rule.getPorts())
                                    .extracting(port -> port.getPort().getIntVal())
                                    .containsExactly(80);
                        });
    }

    @Test
    void ciliumsPolicyDoesTheSame() throws IOException {
        CiliumNetworkPolicy.Spec spec =
                Typed.only(
                                CiliumNetworkPolicy.class,
                                Typed.read(
                                        Files.readString(
                                                Path.of(
                                                        "kubernetes/examples/cilium-network-policy.yaml"))))
                        .getSpec();
        assertThat(spec.egress())
                .flatExtracting(rule -> rule.toCIDR() == null ? List.of() : rule.toCIDR())
                .containsExactly(WellKnown.IPV4_ADDRESS + "/32", WellKnown.IPV6_ADDRESS + "/128");
        assertThat(spec.egress())
                .flatExtracting(CiliumNetworkPolicy.Egress::toPorts)
                .flatExtracting(CiliumNetworkPolicy.PortRule::ports)
                .extracting(CiliumNetworkPolicy.Port::port)
                .containsOnly("80");
    }

    private static String argument(Path file, String flag) throws IOException {
        List<String> arguments = pod(file).getContainers().getFirst().getArgs();
        int place = arguments.indexOf(flag);
        return place < 0 ? null : arguments.get(place + 1);
    }

    private static PodSpec pod(Path file) throws IOException {
        return daemonSet(file).getSpec().getTemplate().getSpec();
    }

    private static DaemonSet daemonSet(Path file) throws IOException {
        return Typed.only(DaemonSet.class, Typed.read(Files.readString(file)));
    }
}
