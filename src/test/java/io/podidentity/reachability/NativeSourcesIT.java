package io.podidentity.reachability;

import static io.quarkus.bootstrap.resolver.maven.options.BootstrapMavenOptions.QUARKUS_INTERNAL_MAVEN_CMD_LINE_ARGS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.bootstrap.app.CuratedApplication;
import io.quarkus.bootstrap.app.QuarkusBootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code -Pnative} leaves for the builder image, for want of which it cannot be tried here.
 */
class NativeSourcesIT {

    private static final String FOLDER = "META-INF/native-image/";

    @TempDir static Path target;

    private static String arguments = "";
    private static Path jar = Path.of("");
    private static List<Path> libraries = List.of();

    @BeforeAll
    static void buildAsTheNativeProfileDoes() throws Exception {
        Path project = Path.of("").toAbsolutePath();
        Properties properties = new Properties();
        properties.setProperty("quarkus.native.enabled", "true");
        properties.setProperty("quarkus.native.sources-only", "true");
        properties.setProperty("quarkus.package.jar.enabled", "false");
        System.setProperty(QUARKUS_INTERNAL_MAVEN_CMD_LINE_ARGS, "-Pnative");
        QuarkusBootstrap bootstrap =
                QuarkusBootstrap.builder()
                        .setApplicationRoot(project.resolve("target/classes"))
                        .setProjectRoot(project)
                        .setTargetDirectory(target)
                        .setBaseName("agent")
                        .setMode(QuarkusBootstrap.Mode.PROD)
                        .setIsolateDeployment(true)
                        .setLocalProjectDiscovery(true)
                        .setBuildSystemProperties(properties)
                        .build();
        try (CuratedApplication application = bootstrap.bootstrap()) {
            application.createAugmentor().createProductionApplication();
        } finally {
            System.clearProperty(QUARKUS_INTERNAL_MAVEN_CMD_LINE_ARGS);
        }
        Path sources = target.resolve("native-sources");
        arguments = Files.readString(sources.resolve("native-image.args"));
        jar = sources.resolve("agent-runner.jar");
        try (Stream<Path> all = Files.list(sources.resolve("lib"))) {
            libraries = all.toList();
        }
    }

    @Test
    void theBuilderIsOfThisJava() throws IOException {
        assertThat(Files.readString(target.resolve("native-sources/graalvm.version")))
                .startsWith("25.");
    }

    @Test
    void theImageSpeaksTls() {
        assertThat(argument("--enable-url-protocols=").split(",")).contains("http", "https");
    }

    @Test
    void theImageMayCallTheCLibrary() {
        assertThat(argument("--enable-native-access=")).isEqualTo("ALL-UNNAMED");
    }

    /** Quarkus' server names its classes, and what cannot be linked is not built. */
    @Test
    void whatTheAgentHasNoUseForButQuarkusLinksIsThere() {
        assertThat(library("com.aayushatharva.brotli4j.brotli4j-")).exists();
    }

    /** A node whose processor is older than the builder's asks for credentials, too. */
    @Test
    void theImageRunsOnAnyProcessor() {
        assertThat(argument("-march=")).isEqualTo("compatibility");
    }

    /** The core of the SDK asks to have all of its class files, 13 MB. */
    @Test
    void noClassFileIsAResource() throws IOException {
        String wanted = FOLDER + "software.amazon.awssdk/sdk-core/resource-config.json";
        assertThat(arguments)
                .contains(" --exclude-config software.amazon.awssdk.sdk-core /" + wanted);
        try (JarFile core = new JarFile(library("software.amazon.awssdk.sdk-core-").toFile())) {
            assertThat(core.getEntry(wanted)).as("else it stands elsewhere now").isNotNull();
        }
    }

    @Test
    void theJarHoldsAllThatIsListedAndTheListsThemselves() throws IOException {
        try (JarFile built = new JarFile(jar.toFile())) {
            String agent = "io.podidentity/pod-identity-agent/";
            assertThat(built.stream().map(entry -> entry.getName()))
                    .contains(
                            "pod-identity-agent.properties",
                            FOLDER + agent + "reachability-metadata.json",
                            FOLDER + agent + "native-image.properties",
                            FOLDER + "picocli-generated/" + agent + "reflect-config.json");
        }
    }

    @Test
    void whatIsWrittenOrReadByNameIsRegistered() throws IOException {
        try (JarFile built = new JarFile(jar.toFile())) {
            var list =
                    new ObjectMapper()
                            .readTree(
                                    built.getInputStream(
                                            built.getEntry(FOLDER + "reflect-config.json")));
            Set<String> names = Metadata.texts(list, "name");
            assertThat(names)
                    .contains(
                            "io.podidentity.agent.status.AgentStatus",
                            "io.podidentity.auth.associations.AssociationEntry",
                            "io.podidentity.auth.associations.AssociationsYaml$Content",
                            "io.podidentity.auth.exchange.AccessKeys$CallerEntry",
                            "io.podidentity.auth.exchange.AccessKeys$Content");
        }
    }

    private static Path library(String start) {
        return libraries.stream()
                .filter(each -> each.getFileName().toString().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + start + " in " + libraries));
    }

    private static String argument(String name) {
        return Pattern.compile(" ")
                .splitAsStream(arguments)
                .filter(argument -> argument.startsWith(name))
                .map(argument -> argument.substring(name.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + arguments));
    }
}
