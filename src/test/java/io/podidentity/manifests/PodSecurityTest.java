package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the level "baseline" of Pod Security has against the agent, as operating.md tells it. */
class PodSecurityTest {

    private static final Set<String> CAPABILITIES =
            Set.of(
                    "AUDIT_WRITE",
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "FSETID",
                    "KILL",
                    "MKNOD",
                    "NET_BIND_SERVICE",
                    "SETFCAP",
                    "SETGID",
                    "SETPCAP",
                    "SETUID",
                    "SYS_CHROOT");
    private static final Set<String> SELINUX_TYPES =
            Set.of("container_t", "container_init_t", "container_kvm_t", "container_engine_t");
    private static final Pattern TOLD =
            Pattern.compile("(?m)^\\| ([A-Z][A-Za-z ]+)(?: \\(1\\.34\\))? \\| `");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent.yaml | HostPath Volumes",
                "agent-metrics.yaml | HostPath Volumes",
                "agent-native.yaml | HostPath Volumes",
                "agent-startup-taint.yaml | HostPath Volumes",
                "agent-events.yaml | HostPath Volumes",
                "agent-iso.yaml | HostPath Volumes",
                "agent-hybrid.yaml | HostPath Volumes",
                "agent-hybrid-bottlerocket.yaml | HostPath Volumes,SELinux",
            })
    void isRefusedForNothingElse(String file, String more) throws IOException {
        assertThat(refusedBy(file))
                .containsAll(Set.of("Host Namespaces", "Capabilities", "Host Probes"))
                .hasSize(3 + more.split(",").length)
                .containsAll(Set.of(more.split(",")));
    }

    @Test
    void documentNamesEachRefusal() throws IOException {
        String document = Files.readString(Path.of("src/docs/operating.md"));
        String section = document.substring(document.indexOf("### Pod Security"));

        assertThat(
                        TOLD.matcher(section.substring(0, section.indexOf("\n#", 1)))
                                .results()
                                .map(row -> row.group(1))
                                .collect(Collectors.toSet()))
                .isEqualTo(refusedBy("agent-hybrid-bottlerocket.yaml"));
    }

    private static Set<String> refusedBy(String file) throws IOException {
        PodSpec pod =
                Typed.only(
                                DaemonSet.class,
                                Typed.read(Files.readString(Manifests.FOLDER.resolve(file))))
                        .getSpec()
                        .getTemplate()
                        .getSpec();
        Set<String> controls = new TreeSet<>();
        if (isTrue(pod.getHostNetwork()) || isTrue(pod.getHostPID()) || isTrue(pod.getHostIPC())) {
            controls.add("Host Namespaces");
        }
        if (pod.getVolumes().stream().anyMatch(volume -> volume.getHostPath() != null)) {
            controls.add("HostPath Volumes");
        }
        Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .forEach(container -> controls.addAll(refusedBy(container)));
        return controls;
    }

    private static Set<String> refusedBy(Container container) {
        Set<String> controls = new TreeSet<>();
        SecurityContext security = container.getSecurityContext();
        if (isTrue(security.getPrivileged())) {
            controls.add("Privileged Containers");
        }
        if (!CAPABILITIES.containsAll(security.getCapabilities().getAdd())) {
            controls.add("Capabilities");
        }
        if (!container.getPorts().isEmpty()) {
            controls.add("Host Ports");
        }
        if (security.getSeLinuxOptions() != null
                && !SELINUX_TYPES.contains(security.getSeLinuxOptions().getType())) {
            controls.add("SELinux");
        }
        if ("Unconfined".equals(security.getSeccompProfile().getType())) {
            controls.add("Seccomp");
        }
        if (Stream.of(container.getLivenessProbe(), container.getReadinessProbe())
                .filter(Objects::nonNull)
                .map(Probe::getHttpGet)
                .anyMatch(get -> get.getHost() != null)) {
            controls.add("Host Probes");
        }
        return controls;
    }

    private static boolean isTrue(Boolean set) {
        return Boolean.TRUE.equals(set);
    }
}
