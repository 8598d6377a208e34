package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The DaemonSet for other nodes than the ordinary ones in the cloud. */
final class Variants {

    static final String TAINT = "podidentity.io/agent-not-ready";

    private static final String NAME = "app.kubernetes.io/name";
    private static final String COMPUTE_TYPE = "eks.amazonaws.com/compute-type";
    private static final String CA_BUNDLE = "/etc/pki/tls/certs/ca-bundle.crt";

    private final DaemonSet cloud;

    Variants(DaemonSet cloud) {
        this.cloud = cloud;
    }

    /** For regions whose endpoints have certificates of an authority that only their nodes know. */
    DaemonSet iso() {
        DaemonSet daemonSet = copy();
        variable(daemonSet, new EnvVar("AWS_CA_BUNDLE", CA_BUNDLE, null));
        mount(daemonSet, "ca-bundle", CA_BUNDLE, CA_BUNDLE, "File");
        return daemonSet;
    }

    /** For hybrid nodes, whose credentials are in a file that is renewed. */
    DaemonSet hybrid() {
        return hybrid("hybrid", "/eks-hybrid/.aws", "DoesNotExist");
    }

    /** For hybrid nodes with Bottlerocket, where SELinux guards the file. */
    DaemonSet hybridBottlerocket() {
        DaemonSet daemonSet = hybrid("hybrid-bottlerocket", "/var/eks-hybrid/.aws", "Exists");
        agent(daemonSet)
                .setSecurityContext(
                        agent(daemonSet)
                                .getSecurityContext()
                                .edit()
                                .withNewSeLinuxOptions()
                                .withType("spc_t")
                                .endSeLinuxOptions()
                                .build());
        return daemonSet;
    }

    /** Removes the start-up taint from its node. */
    DaemonSet startupTaint() {
        DaemonSet daemonSet = copy();
        agent(daemonSet).getArgs().addAll(List.of("--remove-taint", TAINT));
        nodeName(daemonSet);
        return daemonSet;
    }

    /** Writes events on pods that are refused. */
    DaemonSet events() {
        DaemonSet daemonSet = copy();
        agent(daemonSet).getArgs().add("--events");
        nodeName(daemonSet);
        return daemonSet;
    }

    private static void nodeName(DaemonSet daemonSet) {
        variable(
                daemonSet,
                new EnvVarBuilder()
                        .withName("AGENT_NODE_NAME")
                        .withNewValueFrom()
                        .withNewFieldRef()
                        .withFieldPath("spec.nodeName")
                        .endFieldRef()
                        .endValueFrom()
                        .build());
    }

    /** With the native executable, which needs less. */
    DaemonSet ofNativeImage() {
        DaemonSet daemonSet = copy();
        for (Container each :
                List.of(pod(daemonSet).getInitContainers().getFirst(), agent(daemonSet))) {
            each.setImage(each.getImage() + "-native");
            each.getResources().getRequests().put("memory", Quantity.parse("64Mi"));
            each.getResources().getLimits().put("memory", Quantity.parse("160Mi"));
        }
        return daemonSet;
    }

    /** With metrics for the whole network. */
    DaemonSet metrics() {
        DaemonSet daemonSet = copy();
        List<String> arguments = new ArrayList<>(agent(daemonSet).getArgs());
        arguments.set(arguments.indexOf("--metrics-address"), "--metrics-port");
        int port = arguments.indexOf("--metrics-port") + 1;
        arguments.set(port, String.valueOf(Monitoring.PORT));
        agent(daemonSet).setArgs(arguments);
        return daemonSet;
    }

    private DaemonSet hybrid(String suffix, String credentials, String onBottlerocket) {
        DaemonSet daemonSet = copy();
        String name = cloud.getMetadata().getName() + "-" + suffix;
        daemonSet.getMetadata().setName(name);
        for (Map<String, String> labels :
                List.of(
                        daemonSet.getMetadata().getLabels(),
                        daemonSet.getSpec().getSelector().getMatchLabels(),
                        daemonSet.getSpec().getTemplate().getMetadata().getLabels())) {
            labels.put(NAME, name);
        }
        agent(daemonSet).getArgs().addAll(List.of("--rotate-credentials", "true"));
        mount(daemonSet, "aws-credentials", credentials, "/root/.aws", "Directory");
        List<NodeSelectorRequirement> nodes =
                pod(daemonSet)
                        .getAffinity()
                        .getNodeAffinity()
                        .getRequiredDuringSchedulingIgnoredDuringExecution()
                        .getNodeSelectorTerms()
                        .getFirst()
                        .getMatchExpressions();
        nodes.removeIf(each -> each.getKey().equals(COMPUTE_TYPE));
        nodes.add(new NodeSelectorRequirement(COMPUTE_TYPE, "In", List.of("hybrid")));
        nodes.add(
                new NodeSelectorRequirement(
                        "os.bottlerocket.aws/variant", onBottlerocket, List.of()));
        nodes.add(
                new NodeSelectorRequirement(
                        "os.bottlerocket.aws/version", onBottlerocket, List.of()));
        return daemonSet;
    }

    private DaemonSet copy() {
        return new DaemonSetBuilder(cloud).build();
    }

    private static PodSpec pod(DaemonSet daemonSet) {
        return daemonSet.getSpec().getTemplate().getSpec();
    }

    private static Container agent(DaemonSet daemonSet) {
        return pod(daemonSet).getContainers().getFirst();
    }

    private static void variable(DaemonSet daemonSet, EnvVar variable) {
        List<EnvVar> variables = new ArrayList<>(agent(daemonSet).getEnv());
        variables.add(variable);
        variables.sort(Comparator.comparing(EnvVar::getName));
        agent(daemonSet).setEnv(variables);
    }

    private static void mount(
            DaemonSet daemonSet, String name, String onHost, String inContainer, String type) {
        Volume volume = new VolumeBuilder().withName(name).withNewHostPath(onHost, type).build();
        pod(daemonSet).getVolumes().add(volume);
        agent(daemonSet)
                .getVolumeMounts()
                .add(
                        new VolumeMountBuilder()
                                .withName(name)
                                .withMountPath(inContainer)
                                .withReadOnly(true)
                                .build());
    }
}
