package io.podidentity.harness;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * LocalStack, for its STS: one that runs already ({@code PIA_LOCALSTACK_ENDPOINT}), a container
 * where Docker runs, or its Python package ({@code PIA_LOCALSTACK_PYTHON} names the Python that has
 * it). Without any of them the tests that need it are skipped.
 */
public final class LocalStack implements AutoCloseable {

    private static final String IMAGE = "localstack/localstack:4.14.0";
    private static final int PORT = 4566;
    private static final Duration START = Duration.ofMinutes(2);

    private final URI endpoint;
    private final AutoCloseable end;

    private LocalStack(URI endpoint, AutoCloseable end) {
        this.endpoint = endpoint;
        this.end = end;
    }

    /** Starts one, or skips the test. */
    public static LocalStack start() {
        Optional<String> running = variable("PIA_LOCALSTACK_ENDPOINT");
        if (running.isPresent()) {
            return new LocalStack(URI.create(running.get()), () -> {});
        }
        if (hasDocker()) {
            return container();
        }
        Assumptions.assumeTrue(
                python().isPresent(),
                "no LocalStack: there is no Docker, and PIA_LOCALSTACK_PYTHON names no Python"
                        + " that has it");
        return process(python().orElseThrow());
    }

    /** The Python that has LocalStack, and with it the AWS CLI. */
    public static Optional<String> python() {
        return variable("PIA_LOCALSTACK_PYTHON");
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        try {
            end.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isBlank());
    }

    private static boolean hasDocker() {
        return System.getenv("DOCKER_HOST") != null
                || Files.isWritable(Path.of("/var/run/docker.sock"));
    }

    private static LocalStack container() {
        GenericContainer<?> container =
                new GenericContainer<>(DockerImageName.parse(IMAGE))
                        .withExposedPorts(PORT)
                        .withEnv("SKIP_SSL_CERT_DOWNLOAD", "1")
                        .withEnv("DISABLE_EVENTS", "1")
                        .waitingFor(Wait.forLogMessage(".*Ready\\.\n", 1));
        container.start();
        URI endpoint =
                URI.create(
                        "http://%s:%d"
                                .formatted(container.getHost(), container.getMappedPort(PORT)));
        return new LocalStack(endpoint, container);
    }

    /**
     * Begins to start its Python package on another machine; none where there is no such.
     *
     * @param there the command line that runs a command line there
     * @param authority the address and port to serve on there
     */
    public static Optional<Process> startOn(UnaryOperator<List<String>> there, String authority)
            throws IOException {
        Optional<String> python = python();
        return python.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        start(
                                there.apply(program(python.get())),
                                authority,
                                Files.createTempDirectory("localstack")));
    }

    private static List<String> program(String python) {
        return List.of(python, "-m", "localstack.runtime.main");
    }

    private static Process start(List<String> command, String authority, Path folder)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(folder.resolve("log").toFile()));
        builder.environment().put("SKIP_SSL_CERT_DOWNLOAD", "1");
        builder.environment().put("DISABLE_EVENTS", "1");
        builder.environment().put("GATEWAY_LISTEN", authority);
        // No DNS server of its own.
        builder.environment().put("DNS_ADDRESS", "0");
        builder.environment().put("FILESYSTEM_ROOT", folder.resolve("root").toString());
        return Processes.start(builder);
    }

    private static LocalStack process(String python) {
        URI endpoint = URI.create("http://127.0.0.1:" + FreePorts.next());
        try {
            Path folder = Files.createTempDirectory("localstack");
            Process process = start(program(python), endpoint.getAuthority(), folder);
            await("LocalStack, see " + folder.resolve("log"))
                    .atMost(START)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> answers(endpoint) || !process.isAlive());
            if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(folder.resolve("log")));
            }
            return new LocalStack(endpoint, () -> end(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            Processes.kill(process);
        }
    }

    private static boolean answers(URI endpoint) {
        @Nullable HttpURLConnection connection = null;
        try {
            connection =
                    (HttpURLConnection)
                            endpoint.resolve("/_localstack/health").toURL().openConnection();
            connection.setConnectTimeout(2_000);
            connection.setReadTimeout(2_000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        } finally {
            if (connection != null) {
                connection.disconnect();
            }
        }
    }
}
