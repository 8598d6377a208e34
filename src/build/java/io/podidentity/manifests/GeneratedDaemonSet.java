package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes away what the Quarkus extension adds for an ordinary Deployment, and adds what it cannot.
 */
final class GeneratedDaemonSet {

    private static final String VERSION = "app.kubernetes.io/version";
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final String GENERATION = "deprecated.daemonset.template.generation";
    private static final int KUBERNETES_PERIOD = 10;

    private GeneratedDaemonSet() {}

    static DaemonSet mend(DaemonSet daemonSet) {
        mend(daemonSet.getMetadata());
        ObjectMeta pod = daemonSet.getSpec().getTemplate().getMetadata();
        mend(pod);
        pod.getLabels().remove(VERSION);
        PodSpec spec = daemonSet.getSpec().getTemplate().getSpec();
        Container agent = spec.getContainers().getFirst();
        mend(agent);
        for (Container init : spec.getInitContainers()) {
            init.setImage(agent.getImage());
            init.setImagePullPolicy(agent.getImagePullPolicy());
            init.setResources(agent.getResources());
        }
        return daemonSet;
    }

    static void mend(ObjectMeta metadata) {
        // Where Quarkus was, and when, is not the cluster's business.
        Map<String, String> annotations = new TreeMap<>(metadata.getAnnotations());
        annotations.keySet().retainAll(Set.of(GENERATION));
        metadata.setAnnotations(annotations);
        Map<String, String> labels = new TreeMap<>(metadata.getLabels());
        labels.remove(MANAGED_BY);
        metadata.setLabels(labels);
    }

    private static void mend(Container agent) {
        agent.getEnv().removeIf(variable -> variable.getName().equals("KUBERNETES_NAMESPACE"));
        // On the host's network Kubernetes would make a host port of each.
        agent.setPorts(null);
        agent.setStartupProbe(null);
        mend(agent.getLivenessProbe());
        mend(agent.getReadinessProbe());
    }

    private static void mend(Probe probe) {
        probe.getHttpGet().setHost("localhost");
        // Kubernetes' own defaults.
        if (probe.getPeriodSeconds() == KUBERNETES_PERIOD) {
            probe.setPeriodSeconds(null);
        }
        probe.setSuccessThreshold(null);
    }
}
