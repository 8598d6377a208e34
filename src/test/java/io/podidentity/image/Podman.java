package io.podidentity.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.podidentity.harness.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the image as a kubelet would run a manifest's container, with podman and runc. */
final class Podman {

    private static final Path TAR = Path.of("target/image/pod-identity-agent.tar");

    private final String network;
    private final Path volumes;
    private final String image;

    /**
     * Loads the image. Skips the test, and says why, where that cannot be.
     *
     * @param network the network namespace that is the node's
     * @param volumes an empty folder for what the manifest mounts
     */
    Podman(String network, Path volumes) {
        assumeTrue(Files.exists(TAR), "needs the image: ./mvnw -Pimage package");
        assumeTrue(Shell.has("podman"), "needs podman");
        assumeTrue(Shell.has("runc"), "needs runc");
        this.network = network;
        this.volumes = volumes;
        String loaded = Shell.succeed(words("podman load --quiet --input " + TAR));
        this.image = loaded.substring(loaded.lastIndexOf(' ') + 1).strip();
    }

    /** Its name. */
    String image() {
        return image;
    }

    /**
     * The command line that runs a container of a manifest.
     *
     * @param environment besides the manifest's own
     * @param arguments after the manifest's own
     */
    List<String> run(
            String name,
            Container container,
            Map<String, String> environment,
            List<String> arguments) {
        List<String> line =
                words(
                        "nsenter --net=/var/run/netns/"
                                + network
                                + " podman run --rm --pull never --runtime runc --cgroup-manager cgroupfs"
                                + " --network host --ulimit nofile=20000:20000 --ulimit nproc=1024:1024 --name "
                                + name);
        confine(line, container.getSecurityContext());
        line.add(
                "--memory="
                        + container.getResources().getLimits().get("memory").getNumericalAmount());
        container
                .getVolumeMounts()
                .forEach(mount -> line.addAll(List.of("--volume", volume(mount))));
        container
                .getEnv()
                .forEach(
                        set -> line.addAll(List.of("--env", set.getName() + "=" + set.getValue())));
        environment.forEach((key, value) -> line.addAll(List.of("--env", key + "=" + value)));
        if (!container.getCommand().isEmpty()) {
            line.addAll(List.of("--entrypoint", container.getCommand().getFirst()));
        }
        line.add(image);
        container.getCommand().stream().skip(1).forEach(line::add);
        line.addAll(container.getArgs());
        line.addAll(arguments);
        return line;
    }

    private static void confine(List<String> line, SecurityContext confined) {
        confined.getCapabilities().getDrop().forEach(name -> line.add("--cap-drop=" + name));
        confined.getCapabilities().getAdd().forEach(name -> line.add("--cap-add=" + name));
        if (!confined.getAllowPrivilegeEscalation()) {
            line.add("--security-opt=no-new-privileges");
        }
        if (confined.getReadOnlyRootFilesystem()) {
            // podman would else put writable folders where Kubernetes puts none.
            line.addAll(List.of("--read-only", "--read-only-tmpfs=false"));
        }
        if (confined.getPrivileged()) {
            line.add("--privileged");
        }
        line.add("--user=" + confined.getRunAsUser() + ":" + confined.getRunAsGroup());
    }

    private String volume(VolumeMount mount) {
        Path folder = volumes.resolve(mount.getName());
        if (!folder.toFile().mkdirs()) {
            throw new IllegalStateException(folder + " cannot be made");
        }
        String access = Boolean.TRUE.equals(mount.getReadOnly()) ? "ro" : "rw";
        return folder + ":" + mount.getMountPath() + ":" + access;
    }

    /** The line of {@code /proc/PID/status} of a container's first process. */
    static String status(String container, String field) throws Exception {
        String pid = Shell.succeed(words("podman inspect --format {{.State.Pid}} " + container));
        return Files.readAllLines(Path.of("/proc", pid.strip(), "status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .findFirst()
                .orElseThrow()
                .substring(field.length() + 1)
                .strip();
    }

    static List<String> words(String text) {
        return new ArrayList<>(List.of(text.split(" ")));
    }
}
