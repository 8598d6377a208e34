package io.podidentity.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the image says it is made of. */
class SbomIT {

    private static final Path ROOT = Path.of("target/image/root");

    private List<String> packages;

    @BeforeEach
    void read() throws IOException {
        Path sbom = ImageTree.home(ROOT).resolve("sbom.cdx.json");
        assumeTrue(Files.exists(sbom), "needs the image: ./mvnw -Pimage package");
        packages = Sbom.read(sbom).packages().toList();
    }

    @Test
    void namesLibrariesRuntimeAndSystem() {
        assertThat(packages)
                .anyMatch(it -> it.startsWith("pkg:maven/io.netty/netty-codec-http@"))
                .anyMatch(it -> it.startsWith("pkg:generic/openjdk@"))
                .anyMatch(it -> it.matches("pkg:deb/[a-z]+/libc6@.+\\?arch=.+"));
    }

    @Test
    void hashesAreOfTheJarsInTheImage() throws IOException {
        Path home = ImageTree.home(ROOT);
        Sbom sbom = Sbom.read(home.resolve("sbom.cdx.json"));
        try (Stream<Path> jars = Files.list(home.resolve("app/lib/main"))) {
            for (Path jar : jars.toList()) {
                assertThat(sbom.hash(jar.getFileName().toString()))
                        .as(jar.toString())
                        .isEqualTo(Sbom.sha256(jar));
            }
        }
    }

    @Test
    void holdsNothingWithAKnownFault() throws IOException {
        assertThat(Advisories.of(Path.of("")).against(packages.stream())).isEmpty();
    }

    /** Nodes pay for the agent alone. */
    @Test
    void clientOfKubernetesIsInTheImageOfAuthAlone() throws IOException {
        List<String> ofAuth =
                Sbom.read(
                                ImageTree.home(Path.of("target/image/auth"))
                                        .resolve("sbom-auth.cdx.json"))
                        .packages()
                        .toList();

        assertThat(ofAuth)
                .containsAll(packages)
                .anyMatch(it -> it.startsWith("pkg:maven/io.fabric8/kubernetes-client@"));
        assertThat(packages).noneMatch(it -> it.startsWith("pkg:maven/io.fabric8/"));
        try (Stream<Path> files = Files.walk(ROOT)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(
                            name ->
                                    name.contains("fabric8")
                                            || name.contains("snakeyaml-engine")
                                            || name.contains("vertx-web-client"));
        }
    }

    @Test
    void everySystemLibraryBelongsToAPackageThatScannersSee() throws IOException {
        Path database = ROOT.resolve("var/lib/dpkg/status.d");
        assertThat(Files.readString(database.resolve("libc6"), UTF_8)).contains("Package: libc6\n");
        assertThat(ROOT.resolve("etc/os-release")).content(UTF_8).contains("ID=");
        List<String> listed;
        try (Stream<Path> files = Files.list(database)) {
            listed =
                    files.filter(file -> file.toString().endsWith(".md5sums"))
                            .flatMap(SbomIT::lines)
                            .map(line -> line.substring(line.indexOf("  ") + 2))
                            .toList();
        }
        try (Stream<Path> files = Files.walk(ROOT)) {
            assertThat(files.filter(Files::isRegularFile).map(ROOT::relativize))
                    .filteredOn(file -> !file.startsWith(ImageTree.HOME))
                    .filteredOn(file -> file.getFileName().toString().contains(".so"))
                    .isNotEmpty()
                    .allMatch(file -> listed.contains(file.toString()));
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file, UTF_8).stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
