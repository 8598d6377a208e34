package io.podidentity.auth.injection;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What injection looks at in a pod. Nothing else is kept, since pods may be large. */
@RegisterForReflection
record Pod(Metadata metadata, Spec spec) {

    Pod {
        metadata =
                Objects.requireNonNullElseGet(
                        metadata, () -> new Metadata(null, null, null, null, null));
        spec =
                Objects.requireNonNullElseGet(
                        spec, () -> new Spec(null, null, null, null, null, null));
    }

    boolean isForWindows() {
        return "windows".equals(spec.os().name())
                || "windows".equals(spec.nodeSelector().get("kubernetes.io/os"))
                || "windows".equals(spec.nodeSelector().get("beta.kubernetes.io/os"));
    }

    /** Its name, or the start of the one that it will get. */
    String name() {
        return metadata.name().isEmpty() ? metadata.generateName() : metadata.name();
    }

    /**
     * @param labels null where there are none
     */
    @RegisterForReflection
    record Metadata(
            String name,
            String generateName,
            Map<String, @Nullable String> annotations,
            @Nullable Map<String, @Nullable String> labels,
            List<Owner> ownerReferences) {
        Metadata(
                @Nullable String name,
                @Nullable String generateName,
                @Nullable Map<String, @Nullable String> annotations,
                @Nullable Map<String, @Nullable String> labels,
                @Nullable List<Owner> ownerReferences) {
            this.name = text(name);
            this.generateName = text(generateName);
            this.annotations = annotations == null ? Map.of() : annotations;
            this.labels = labels;
            this.ownerReferences = list(ownerReferences);
        }

        String annotation(String key) {
            return text(annotations.get(key));
        }
    }

    @RegisterForReflection
    record Owner(String uid) {
        Owner(@Nullable String uid) {
            this.uid = text(uid);
        }
    }

    /**
     * @param volumes null where there are none
     */
    @RegisterForReflection
    record Spec(
            String serviceAccountName,
            Named os,
            Map<String, @Nullable String> nodeSelector,
            @Nullable List<Named> volumes,
            List<Container> containers,
            List<Container> initContainers) {
        Spec(
                @Nullable String serviceAccountName,
                @Nullable Named os,
                @Nullable Map<String, @Nullable String> nodeSelector,
                @Nullable List<Named> volumes,
                @Nullable List<Container> containers,
                @Nullable List<Container> initContainers) {
            this.serviceAccountName = text(serviceAccountName);
            this.os = os == null ? new Named(null) : os;
            this.nodeSelector = nodeSelector == null ? Map.of() : nodeSelector;
            this.volumes = volumes == null ? null : List.copyOf(volumes);
            this.containers = list(containers);
            this.initContainers = list(initContainers);
        }
    }

    @RegisterForReflection
    record Container(
            String name, List<Named> env, List<Mount> volumeMounts, List<Device> volumeDevices) {
        Container(
                @Nullable String name,
                @Nullable List<Named> env,
                @Nullable List<Mount> volumeMounts,
                @Nullable List<Device> volumeDevices) {
            this.name = text(name);
            this.env = list(env);
            this.volumeMounts = list(volumeMounts);
            this.volumeDevices = list(volumeDevices);
        }

        boolean hasAnyOf(String... variables) {
            List<String> wanted = List.of(variables);
            return env.stream().map(Named::name).anyMatch(wanted::contains);
        }

        boolean mounts(String volume) {
            return volumeMounts.stream().anyMatch(each -> each.name().equals(volume))
                    || volumeDevices.stream().anyMatch(each -> each.name().equals(volume));
        }

        /** Whether another volume than this one is at a folder. */
        boolean mountsElse(String volume, String folder) {
            List<String> paths = List.of(folder, folder + "/");
            return volumeMounts.stream()
                            .anyMatch(
                                    each ->
                                            !each.name().equals(volume)
                                                    && paths.contains(each.mountPath()))
                    || volumeDevices.stream()
                            .anyMatch(
                                    each ->
                                            !each.name().equals(volume)
                                                    && paths.contains(each.devicePath()));
        }
    }

    @RegisterForReflection
    record Named(String name) {
        Named(@Nullable String name) {
            this.name = text(name);
        }
    }

    @RegisterForReflection
    record Mount(String name, String mountPath) {
        Mount(@Nullable String name, @Nullable String mountPath) {
            this.name = text(name);
            this.mountPath = text(mountPath);
        }
    }

    @RegisterForReflection
    record Device(String name, String devicePath) {
        Device(@Nullable String name, @Nullable String devicePath) {
            this.name = text(name);
            this.devicePath = text(devicePath);
        }
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
