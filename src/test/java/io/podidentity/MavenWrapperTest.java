package io.podidentity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.harness.Shell;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code mvnw} on a made-up machine: its own home, PATH, JDKs and a download server. */
class MavenWrapperTest {

    private static final String MAVEN = "apache-maven-3.9.11";
    private static final String ARCHIVE = "/dist/" + MAVEN + "-bin.zip";

    @TempDir Path machine;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final Map<String, byte[]> served = new HashMap<>();
    private HttpServer server;
    private byte[] distribution;

    @BeforeEach
    void makeTheMachine() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();

        distribution = zippedMaven();
        var sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(distribution));
        write("project/mvnw", Files.readString(Path.of("mvnw")));
        write(
                "project/.mvn/wrapper/maven-wrapper.properties",
                "distributionUrl=%s\ndistributionSha256Sum=%s\n".formatted(url(ARCHIVE), sha256));

        for (var tool :
                List.of("cat", "chmod", "cp", "dirname", "mkdir", "mktemp", "mv", "rm", "sed")) {
            install(tool);
        }
        for (var tool : List.of("sha256sum", "shasum", "curl")) {
            if (onThisMachine(tool)) {
                install(tool);
            }
        }
        environment.put("HOME", write("home/.profile", "").getParent().toString());
        environment.put("MVNW_JVMS", machine.resolve("jvms").toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    @AfterEach
    void stopTheServer() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jvms/a jdk", "home/.jdks/a jdk", "home/.sdkman/candidates/java/25.0.1-tem"})
    void findsANewJdkWhereTheDefaultOneIsTooOld(String place) throws Exception {
        environment.put("JAVA_HOME", jdk("jvms/17", "17.0.9").toString());
        var jdk = jdk(place, "25.0.1");
        installMvnWithoutNetwork();

        assertThat(mvnw("verify").output()).contains("JAVA_HOME=" + jdk + "\n");
    }

    @Test
    void findsTheJdkOfTheJavaOnThePath() throws Exception {
        environment.remove("JAVA_HOME");
        var jdk = jdk("opt/jdk", "26-ea");
        writeScript("bin/java", "echo '    java.home = %s' >&2".formatted(jdk));
        installMvnWithoutNetwork();

        assertThat(mvnw("verify").output()).contains("JAVA_HOME=" + jdk + "\n");
    }

    @Test
    void keepsTheJavaHomeThatIsNewEnough() throws Exception {
        var jdk = jdk("opt/jdk", "25");
        environment.put("JAVA_HOME", jdk.toString());
        jdk("jvms/other", "25.0.1");
        installMvnWithoutNetwork();

        assertThat(mvnw("verify").output()).contains("JAVA_HOME=" + jdk + "\n");
    }

    @Test
    void saysInOneLineWhatToInstallWhereNoNewJdkIs() throws Exception {
        environment.put("JAVA_HOME", jdk("jvms/17", "17.0.9").toString());
        Files.delete(jdk("jvms/jre", "25.0.1").resolve("bin/javac"));

        var run = mvnw("verify");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .isEqualTo(
                        "mvnw: no JDK 25 or newer found: install one, such as Eclipse Temurin 25,"
                                + " or set JAVA_HOME to it\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"curl", "wget", "nothing but the JDK"})
    void downloadsThePinnedMavenOnceAndRunsIt(String tool) throws Exception {
        Files.deleteIfExists(machine.resolve("bin/curl"));
        if (!tool.startsWith("nothing")) {
            assumeTrue(onThisMachine(tool), tool + " is not on this machine");
            install(tool);
        }
        served.put(ARCHIVE, distribution);

        assertThat(mvnw("clean", "-Dname=two words").output())
                .isEqualTo("pinned <clean> <-Dname=two words>\n");
        assertThat(mvnw("verify").output()).isEqualTo("pinned <verify>\n");
        assertThat(requests).containsExactly(ARCHIVE);
    }

    @Test
    void downloadsFromTheRepositoryOfTheEnvironment() throws Exception {
        var inRepository = "/mirror/org/apache/maven/apache-maven/3.9.11/" + MAVEN + "-bin.zip";
        served.put(inRepository, distribution);
        environment.put("MVNW_REPOURL", url("/mirror/"));

        assertThat(mvnw("verify").output()).isEqualTo("pinned <verify>\n");
        assertThat(requests).containsExactly(inRepository);
    }

    @Test
    void logsInToTheRepositoryOfTheEnvironment() throws Exception {
        served.put(ARCHIVE, distribution);
        server.removeContext("/");
        server.createContext("/", this::serve)
                .setAuthenticator(
                        new BasicAuthenticator("repository") {
                            @Override
                            public boolean checkCredentials(String user, String password) {
                                return user.equals("me") && password.equals("a secret");
                            }
                        });
        environment.put("MVNW_USERNAME", "me");
        environment.put("MVNW_PASSWORD", "a secret");

        assertThat(mvnw("verify").output()).isEqualTo("pinned <verify>\n");
    }

    @Test
    void fetchesThePinnedMavenThroughTheMvnOfThePathWhenItCannotBeDownloaded() throws Exception {
        installMvnWithMirror();

        assertThat(mvnw("verify").output().lines())
                .containsExactly(
                        "mvnw: Maven 3.9.11 came through %s, because it could not be downloaded from %s"
                                .formatted(machine.resolve("bin/mvn"), url(ARCHIVE)),
                        "pinned <verify>");
        assertThat(mvnw("verify").output()).isEqualTo("pinned <verify>\n");
    }

    @Test
    void takesTheSettingsOfTheMvnThatKnewTheMirror() throws Exception {
        installMvnWithMirror();

        mvnw("verify");

        try (var files = Files.walk(machine.resolve("home/.m2/wrapper/dists"))) {
            assertThat(files.filter(file -> file.endsWith("conf/settings.xml")))
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasContent("the mirror's address"));
        }
    }

    @Test
    void runsOnTheMvnOfThePathWhenNothingCanBeDownloaded() throws Exception {
        installMvnWithoutNetwork();

        assertThat(mvnw("verify", "-Dname=two words").output().lines())
                .containsExactly(
                        "mvnw: running on %s, because Maven 3.9.11 could be had neither from %s nor through it"
                                .formatted(machine.resolve("bin/mvn"), url(ARCHIVE)),
                        "JAVA_HOME=" + System.getProperty("java.home"),
                        "mvn <verify> <-Dname=two words>");
    }

    @Test
    void saysInOneLineWhatToDoWithoutAnyMaven() throws Exception {
        var run = mvnw("verify");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .isEqualTo(
                        "mvnw: cannot download %s and there is no mvn on the PATH: go online, set MVNW_REPOURL to a Maven repository, or install Maven\n"
                                .formatted(url(ARCHIVE)));
    }

    @Test
    void refusesADownloadThatIsNotThePinnedMaven() throws Exception {
        served.put(ARCHIVE, "<html>Please log in</html>".getBytes(UTF_8));

        var run = mvnw("verify");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .startsWith(
                        "mvnw: the checksum of "
                                + MAVEN
                                + "-bin.zip is not the pinned one: not used\n");
    }

    @Test
    void leavesNothingBehindWhenItFails() throws Exception {
        mvnw("verify");

        assertThat(machine.resolve("home/.m2/wrapper/dists/" + MAVEN)).isEmptyDirectory();
    }

    @Test
    void pinsAMavenOfTheApacheArchiveByItsChecksum() throws Exception {
        assertThat(Files.readAllLines(Path.of(".mvn/wrapper/maven-wrapper.properties")))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .matches(
                                                "distributionUrl=https://archive\\.apache\\.org/\\S*/apache-maven-[0-9.]+-bin\\.zip"))
                .anySatisfy(line -> assertThat(line).matches("distributionSha256Sum=[0-9a-f]{64}"));
    }

    private record Run(int exitCode, String output) {}

    /** From another directory than the project's, with nothing of this process's environment. */
    private Run mvnw(String... arguments) throws Exception {
        var command =
                new ArrayList<>(List.of("/bin/sh", machine.resolve("project/mvnw").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(machine.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("PATH", machine.resolve("bin").toString());
        var result = Shell.run(builder, Duration.ofMinutes(2));
        return new Run(result.exit(), result.output());
    }

    private void installMvnWithoutNetwork() throws IOException {
        writeScript(
                "bin/mvn",
                """
                case "$*" in *maven-dependency-plugin*) exit 1 ;; esac
                echo "JAVA_HOME=$JAVA_HOME"
                echo "mvn$(printf ' <%s>' "$@")"
                """);
    }

    private void installMvnWithMirror() throws IOException {
        var mirrored = Files.write(machine.resolve("mirrored.zip"), distribution);
        var settings = write("system maven/conf/settings.xml", "the mirror's address");
        writeScript(
                "bin/mvn",
                """
                for argument; do
                  case "$argument" in
                  -DoutputDirectory=*) cp '%s' "${argument#*=}/%s-bin.zip" ;;
                  -v) echo 'Maven home: %s' ;;
                  esac
                done
                """
                        .formatted(mirrored, MAVEN, settings.getParent().getParent()));
    }

    private static byte[] zippedMaven() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(MAVEN + "/bin/mvn"));
            zip.write("#!/bin/sh\necho \"pinned$(printf ' <%s>' \"$@\")\"\n".getBytes(UTF_8));
            zip.putNextEntry(new ZipEntry(MAVEN + "/conf/settings.xml"));
        }
        return bytes.toByteArray();
    }

    private Path jdk(String place, String version) throws IOException {
        write(
                place + "/release",
                "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        writeScript(place + "/bin/java", "");
        writeScript(place + "/bin/javac", "");
        return machine.resolve(place);
    }

    private void writeScript(String place, String body) throws IOException {
        assertThat(write(place, "#!/bin/sh\n" + body).toFile().setExecutable(true)).isTrue();
    }

    private Path write(String place, String content) throws IOException {
        var file = machine.resolve(place);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private void install(String tool) throws IOException {
        writeScript("bin/" + tool, "exec '%s' \"$@\"".formatted(find(tool).getFirst()));
    }

    private static boolean onThisMachine(String tool) {
        return !find(tool).isEmpty();
    }

    private static List<Path> find(String tool) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv("PATH"))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .toList();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var content = served.get(path);
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            requests.add(path);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        }
    }
}
