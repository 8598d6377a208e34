package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitorBuilder;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRuleSpec;
import io.fabric8.openshift.api.model.monitoring.v1.RelabelConfig;
import io.fabric8.openshift.api.model.monitoring.v1.RelabelConfigBuilder;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitorBuilder;
import io.podidentity.config.AgentConfig;
import io.smallrye.config.WithDefault;
import java.util.Map;

/** How the agents' metrics are found, and what is to be made of them. */
final class Monitoring {

    static final int PORT = defaultPort();

    private static final String PORT_NAME = "metrics";
    private static final String PATH = "/metrics";
    private static final String INTERVAL = "15s";

    private final DaemonSet daemonSet;

    Monitoring(DaemonSet daemonSet) {
        this.daemonSet = daemonSet;
    }

    Service service() {
        return new ServiceBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(pods())
                .addNewPort()
                .withName(PORT_NAME)
                .withPort(PORT)
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .endSpec()
                .build();
    }

    ServiceMonitor serviceMonitor() {
        return new ServiceMonitorBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(pods())
                .endSelector()
                .withNewNamespaceSelector()
                .addToMatchNames(daemonSet.getMetadata().getNamespace())
                .endNamespaceSelector()
                .addNewEndpoint()
                .withPort(PORT_NAME)
                .withPath(PATH)
                .withInterval(INTERVAL)
                .endEndpoint()
                .endSpec()
                .build();
    }

    /**
     * Names no port of the pods, since they declare none: on the host's network each would be a
     * host port, of which a node has one, and a roll-out two pods.
     */
    PodMonitor podMonitor() {
        return new PodMonitorBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(pods())
                .endSelector()
                .withNewNamespaceSelector()
                .addToMatchNames(daemonSet.getMetadata().getNamespace())
                .endNamespaceSelector()
                .addNewPodMetricsEndpoint()
                .withPath(PATH)
                .withInterval(INTERVAL)
                .addNewRelabeling()
                .withAction("keep")
                .withSourceLabels("__meta_kubernetes_pod_container_name")
                .withRegex(agent())
                .endRelabeling()
                .addToRelabelings(address("([^:]+)", "$1"), address("(.+:.+)", "[$1]"))
                .endPodMetricsEndpoint()
                .endSpec()
                .build();
    }

    /**
     * @param alerts the groups, as the chart has them
     */
    PrometheusRule prometheusRule(String alerts) {
        PrometheusRule rule = new PrometheusRule();
        rule.setMetadata(metadata());
        rule.setSpec(Typed.part(PrometheusRuleSpec.class, alerts));
        return rule;
    }

    private static RelabelConfig address(String ip, String host) {
        return new RelabelConfigBuilder()
                .withSourceLabels("__meta_kubernetes_pod_ip")
                .withRegex(ip)
                .withReplacement(host + ":" + PORT)
                .withTargetLabel("__address__")
                .build();
    }

    private String agent() {
        return daemonSet.getSpec().getTemplate().getSpec().getContainers().getFirst().getName();
    }

    /** The application's own. */
    private static int defaultPort() {
        try {
            return Integer.parseInt(
                    AgentConfig.class
                            .getMethod("metricsPort")
                            .getAnnotation(WithDefault.class)
                            .value());
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All variants' pods have it, and the Service. */
    private static Map<String, String> pods() {
        return Map.of("app", "eks-pod-identity-agent");
    }

    private ObjectMeta metadata() {
        ObjectMeta of = daemonSet.getMetadata();
        return new ObjectMetaBuilder()
                .withName(of.getName())
                .withNamespace(of.getNamespace())
                .withLabels(of.getLabels())
                .build();
    }
}
