package io.podidentity.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.harness.PackagedAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of the image as they stand in the container, under {@code target/image/root}: a Java
 * runtime with the modules in use, the packages it needs, the application, an AOT cache trained on
 * requests, and no shell. The image of {@code auth} is the same and a layer more.
 */
public final class ImageTree {

    static final String HOME = "opt/pod-identity-agent";

    private static final String AUTH_LIBRARIES = "auth-lib";

    /** All files' time: layers with the same contents are the same, and the AOT cache checks it. */
    static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1));

    private final Path project;
    private final Path root;

    private ImageTree(Path project) {
        this.project = project;
        this.root = project.resolve("target/image/root");
    }

    /**
     * Makes the tree and the image.
     *
     * @param arguments the project's directory, and the version
     */
    public static void main(String[] arguments) throws Exception {
        Path project = Path.of(arguments[0]);
        ImageTree tree = new ImageTree(project);
        tree.make();
        Path tar = project.resolve("target/image/pod-identity-agent.tar");
        JibImage.write(tree.root, arguments[1], tar);
        Contents.print(tree.root, tar);
        Path more = tree.makeAuth();
        Path authTar = project.resolve("target/image/pod-identity-auth.tar");
        JibImage.writeAuth(tree.root, more, arguments[1], authTar);
        Contents.print(more, authTar);
    }

    /** Where the application and its runtime are, below a tree or below {@code /}. */
    static Path home(Path root) {
        return root.resolve(HOME);
    }

    /** The container's entry point, with what comes between the runtime's flags and the jar. */
    static List<String> entryPoint(Path root, String aot) {
        Path home = home(root);
        return List.of(
                home.resolve("jre/bin/java").toString(),
                "@" + home.resolve("java.args"),
                aot + home.resolve("agent.aot"),
                "-jar",
                home.resolve("app/quarkus-run.jar").toString());
    }

    /**
     * The same for {@code auth}, with Kubernetes' client after all that the AOT cache knows. No
     * flag may differ, or the cache is not used.
     */
    static List<String> authEntryPoint(Path root) {
        Path home = home(root);
        List<String> line = new ArrayList<>(entryPoint(root, "-XX:AOTCache="));
        line.removeLast();
        line.removeLast();
        line.add("-cp");
        line.add(home.resolve("app/quarkus-run.jar") + ":" + home.resolve(AUTH_LIBRARIES + "/*"));
        line.add(PackagedAgent.MAIN);
        return line;
    }

    /** What the image of {@code auth} has more than the agent's. */
    private Path makeAuth() throws IOException {
        Path more = project.resolve("target/image/auth");
        delete(more);
        Path jars = home(more).resolve(AUTH_LIBRARIES);
        Files.createDirectories(jars);
        copy(project.resolve("target/auth-lib"), jars);
        Sbom sbom = Sbom.read(home(root).resolve("sbom.cdx.json")).addJars(jars);
        refuseFaults(sbom);
        sbom.write(home(more).resolve("sbom-auth.cdx.json"));
        sameTimes(more);
        return more;
    }

    private void refuseFaults(Sbom sbom) throws IOException {
        List<String> faults = Advisories.of(project).against(sbom.packages());
        if (!faults.isEmpty()) {
            throw new IllegalStateException("not to be shipped: " + faults);
        }
    }

    private void make() throws Exception {
        delete(root);
        Path home = home(root);
        Files.createDirectories(home);
        JavaRuntime.link(home.resolve("jre"));
        Path work = project.resolve("target/image/packages");
        delete(work);
        var system =
                SystemPackages.install(home.resolve("jre"), root, Files.createDirectories(work));
        copy(project.resolve("target/quarkus-app"), home.resolve("app"));
        Path reduced = ServiceTables.reduce(home.resolve("app/lib/main"));
        copy(project.resolve("src/main/docker/java.args"), home.resolve("java.args"));
        Sbom sbom =
                Sbom.read(project.resolve("target/bom.json"))
                        .add(system)
                        .addRuntime()
                        .changed(reduced, "without the tables of services that are not called");
        refuseFaults(sbom);
        sbom.write(home.resolve("sbom.cdx.json"));
        copy(project.resolve("LICENSE"), home.resolve("LICENSE"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(
                root.resolve("etc/passwd"),
                "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n",
                UTF_8);
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nnonroot:x:65532:\n", UTF_8);
        // A place to mount where the root file system is read-only.
        Files.createDirectories(root.resolve("tmp"));
        sameTimes(root);
        Training.run(root);
        sameTimes(root);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void sameTimes(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder())
                    .filter(file -> !Files.isSymbolicLink(file))
                    .forEach(ImageTree::sameTime);
        }
    }

    private static void sameTime(Path file) {
        try {
            Files.setLastModifiedTime(file, TIME);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
