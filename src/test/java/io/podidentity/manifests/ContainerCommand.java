package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a container runs, as its manifest says.
 *
 * @param where for people
 * @param words the agent's arguments, without a launcher
 * @param mounts where it finds volumes
 */
public record ContainerCommand(String where, List<String> words, List<String> mounts) {

    /** Of all manifests in kubernetes/ and of the chart with various values. */
    public static List<ContainerCommand> all() throws IOException {
        List<ContainerCommand> all = new ArrayList<>();
        for (Path file : Renderings.committed()) {
            all.addAll(of(file.toString(), Typed.read(Files.readString(file))));
        }
        for (String values : Renderings.VALUES) {
            all.addAll(of("chart with " + values, Chart.resources(values)));
        }
        all.addAll(
                of("chart with the reference's values", Chart.resources(Renderings.reference())));
        return all;
    }

    private static List<ContainerCommand> of(String where, List<HasMetadata> resources) {
        return Typed.all(DaemonSet.class, resources).stream()
                .map(daemonSet -> daemonSet.getSpec().getTemplate().getSpec())
                .flatMap(ContainerCommand::containers)
                .map(container -> of(where, container))
                .toList();
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private static ContainerCommand of(String where, Container container) {
        // The image's entry point takes arguments; a command is a launcher and arguments.
        List<String> words = new ArrayList<>(container.getCommand().stream().skip(1).toList());
        words.addAll(container.getArgs());
        return new ContainerCommand(
                where + ": " + container.getName(),
                words,
                container.getVolumeMounts().stream().map(VolumeMount::getMountPath).toList());
    }

    @Override
    public String toString() {
        return where;
    }
}
