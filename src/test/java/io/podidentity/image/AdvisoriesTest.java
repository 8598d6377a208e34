package io.podidentity.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds what the agent is built on against the project's list of faulty versions. */
class AdvisoriesTest {

    private final Advisories advisories = advisories();

    @Test
    void noDependencyHasAKnownFault() {
        assertThat(dependencies()).anyMatch(it -> it.startsWith("pkg:maven/io.netty/netty-codec"));
        assertThat(advisories.against(dependencies())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pkg:maven/io.netty/netty-codec-http@4.1.130.Final?type=jar, CVE-2026-33870",
        "pkg:maven/io.netty/netty-codec-http2@4.1.131.Final?type=jar, CVE-2026-33871",
        "pkg:maven/io.vertx/vertx-core@4.5.25?type=jar, CVE-2026-6860",
        "pkg:deb/debian/libc6@2.36-9+deb12u6?arch=amd64, CVE-2024-33599"
    })
    void tellsWhatIsWrongWithAnOldVersion(String old, String fault) {
        assertThat(advisories.against(Stream.of(old)))
                .anySatisfy(
                        told -> assertThat(told).startsWith(old + " is before").contains(fault));
    }

    @Test
    void letsAVersionPassThatIsJustGood() {
        assertThat(
                        advisories.against(
                                Stream.of(
                                        "pkg:maven/io.vertx/vertx-core@4.5.27?type=jar",
                                        "pkg:deb/debian/libc6@2.36-9+deb12u14?arch=amd64",
                                        "pkg:deb/debian/libc6@2.41-12?arch=amd64",
                                        "pkg:maven/io.nettyx/other@1.0?type=jar")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "4.1.9.Final, 4.1.130.Final",
        "4.5, 4.5.1",
        "2.36-9+deb12u7, 2.36-9+deb12u10",
        "2.36-9+deb12u10, 2.41-12"
    })
    void comparesVersionsByTheirNumbers(String lower, String higher) {
        assertThat(Advisories.compare(lower, higher)).isNegative();
        assertThat(Advisories.compare(higher, lower)).isPositive();
        assertThat(Advisories.compare(lower, lower)).isZero();
    }

    private static Stream<String> dependencies() {
        Path repository = repository();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(jar -> jar.startsWith(repository))
                .map(jar -> url(repository.relativize(jar.getParent())));
    }

    /** Of {@code io/netty/netty-common/4.1.138.Final}. */
    private static String url(Path folder) {
        Path artifact = folder.getParent();
        return "pkg:maven/%s/%s@%s"
                .formatted(
                        artifact.getParent().toString().replace('/', '.'),
                        artifact.getFileName(),
                        folder.getFileName());
    }

    /** Maven's own, wherever it is, in which Netty's group lies two folders deep. */
    private static Path repository() {
        try {
            URI jar = ByteBuf.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Path.of(jar).getParent().getParent().resolve("../../..").normalize();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Advisories advisories() {
        try {
            return Advisories.of(Path.of(""));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
