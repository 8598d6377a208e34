package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finishes what the Quarkus extension generated and leaves it in kubernetes/: {@code ./mvnw
 * package} runs it. The extension has no DaemonSets and no variants; those are made here, with the
 * model's types.
 */
public final class Manifests {

    /** Names of the files that were not as they should be, one a line, for the tests. */
    static final Path RENEWED = Path.of("target", "kubernetes", "renewed.txt");

    static final Path FOLDER = Path.of("kubernetes");

    private static final String HEADER =
            """
            # Written by ./mvnw package: do not edit, see src/main/kubernetes.
            """;
    private static final String AGENT_HEADER =
            HEADER
                    + """
            # Put your cluster's name for EKS_CLUSTER_NAME and its region for AWS_REGION_NAME.
            """;

    private Manifests() {}

    /**
     * Writes the files.
     *
     * @param arguments the project's folder
     */
    public static void main(String... arguments) throws IOException {
        Path project = Path.of(arguments[0]);
        List<String> renewed = new ArrayList<>();
        for (Map.Entry<String, String> file : files(project).entrySet()) {
            Path path = project.resolve(FOLDER).resolve(file.getKey());
            if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                renewed.add(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        }
        Files.write(project.resolve(RENEWED), renewed);
    }

    /** All that kubernetes/ holds and nobody writes by hand, by name. */
    static Map<String, String> files(Path project) throws IOException {
        List<HasMetadata> generated =
                Typed.read(Files.readString(project.resolve("target/kubernetes/kubernetes.yml")));
        DaemonSet daemonSet = GeneratedDaemonSet.mend(Typed.only(DaemonSet.class, generated));
        ServiceAccount account = Typed.only(ServiceAccount.class, generated);
        GeneratedDaemonSet.mend(account.getMetadata());
        Variants variants = new Variants(daemonSet);
        Monitoring monitoring = new Monitoring(daemonSet);
        Path inChart = project.resolve("kubernetes/chart/files");

        Map<String, String> files = new LinkedHashMap<>();
        files.put("agent.yaml", agent(account, daemonSet));
        files.put("agent-native.yaml", agent(account, variants.ofNativeImage()));
        files.put("agent-iso.yaml", agent(account, variants.iso()));
        files.put("agent-hybrid.yaml", agent(account, variants.hybrid()));
        files.put("agent-hybrid-bottlerocket.yaml", agent(account, variants.hybridBottlerocket()));
        files.put("agent-metrics.yaml", agent(account, variants.metrics(), monitoring.service()));
        files.put(
                "agent-startup-taint.yaml",
                AGENT_HEADER
                        + Typed.write(
                                List.of(
                                        account,
                                        NodeAccess.role(account),
                                        NodeAccess.binding(account),
                                        NodeAccess.policy(account),
                                        NodeAccess.policyBinding(account),
                                        variants.startupTaint())));
        files.put(
                "agent-events.yaml",
                AGENT_HEADER
                        + Typed.write(
                                List.of(
                                        account,
                                        EventAccess.role(account),
                                        EventAccess.binding(account),
                                        variants.events())));
        files.put("monitoring/service-monitor.yaml", other(monitoring.serviceMonitor()));
        files.put("monitoring/pod-monitor.yaml", other(monitoring.podMonitor()));
        files.put(
                "monitoring/prometheus-rule.yaml",
                other(monitoring.prometheusRule(Files.readString(inChart.resolve("alerts.yaml")))));
        files.put(
                "monitoring/grafana-dashboard.json",
                Files.readString(inChart.resolve("dashboard.json")));
        return files;
    }

    private static String agent(HasMetadata... resources) {
        return AGENT_HEADER + Typed.write(List.of(resources));
    }

    private static String other(HasMetadata resource) {
        return HEADER + Typed.write(resource);
    }
}
