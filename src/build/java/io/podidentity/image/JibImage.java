package io.podidentity.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Packs the tree into a tar file that container tools load, what changes least first. Docker of any
 * age, podman and containerd take Docker's own format; OCI's older Dockers refuse.
 */
final class JibImage {

    /** As the manifests name it: containerd finds an image by no other name. */
    static final String NAME = "localhost/pod-identity-agent";

    static final String AUTH_NAME = "localhost/pod-identity-auth";

    private JibImage() {}

    /** The image of {@code auth} in the cluster: the agent's, and a layer with these files. */
    static void writeAuth(Path root, Path more, String version, Path tar) throws Exception {
        write(
                new Content(AUTH_NAME, ImageTree.authEntryPoint(Path.of("/")), root, more),
                version,
                tar);
    }

    static void write(Path root, String version, Path tar) throws Exception {
        write(
                new Content(NAME, ImageTree.entryPoint(Path.of("/"), "-XX:AOTCache="), root, null),
                version,
                tar);
    }

    private static void write(Content content, String version, Path tar) throws Exception {
        // Jib finds layers by the names and times of their files, and all of ours are of one time.
        Path layers = Files.createTempDirectory(tar.toAbsolutePath().getParent(), "layers");
        try {
            write(content, version, tar, layers);
        } finally {
            ImageTree.delete(layers);
        }
    }

    private static void write(Content content, String version, Path tar, Path layers)
            throws Exception {
        Path root = content.root();
        Path home = ImageTree.home(root);
        Containerizer to = Containerizer.to(TarImage.at(tar).named(content.name() + ":" + version));
        to.setOfflineMode(true).setBaseImageLayersCache(layers).setApplicationLayersCache(layers);
        JibContainerBuilder image = Jib.fromScratch();
        image.setFormat(ImageFormat.Docker)
                .setPlatforms(Set.of(new Platform(architecture(), "linux")))
                .addFileEntriesLayer(layer(root, "system", file -> !file.startsWith(home)))
                .addFileEntriesLayer(
                        layer(root, "runtime", file -> file.startsWith(home.resolve("jre"))))
                .addFileEntriesLayer(
                        layer(root, "libraries", file -> file.startsWith(home.resolve("app/lib"))))
                .addFileEntriesLayer(
                        layer(
                                root,
                                "application",
                                file ->
                                        file.startsWith(home)
                                                && !file.startsWith(home.resolve("jre"))
                                                && !file.startsWith(home.resolve("app/lib"))))
                .setEnvironment(Map.of("MALLOC_ARENA_MAX", "2"))
                .setUser("65532:65532")
                .setLabels(
                        Map.of(
                                "org.opencontainers.image.title", "pod-identity-agent",
                                "org.opencontainers.image.description",
                                        "Hands each pod of a node the AWS credentials it is entitled to",
                                "org.opencontainers.image.licenses", "Apache-2.0",
                                "org.opencontainers.image.version", version))
                .setEntrypoint(content.entryPoint());
        if (content.more() != null) {
            image.addFileEntriesLayer(layer(content.more(), "auth", file -> true));
        }
        image.containerize(to);
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("aarch64") ? "arm64" : name;
    }

    private static FileEntriesLayer layer(Path root, String name, Predicate<Path> belongs)
            throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> sorted =
                    files.filter(file -> !file.equals(root)).filter(belongs).sorted().toList();
            for (Path file : sorted) {
                layer.addEntry(
                        file,
                        AbsoluteUnixPath.fromPath(Path.of("/").resolve(root.relativize(file))),
                        FilePermissions.fromPosixFilePermissions(
                                Files.getPosixFilePermissions(file)),
                        ImageTree.TIME.toInstant());
            }
        }
        return layer.build();
    }

    /**
     * What an image is made of.
     *
     * @param more another tree, which becomes the last layer; null for none
     */
    private record Content(String name, List<String> entryPoint, Path root, @Nullable Path more) {}
}
