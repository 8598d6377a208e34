package io.podidentity.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The packaged agent as a process of its own, started with a real command line.
 *
 * <pre>{@code
 * try (PackagedAgent agent = PackagedAgent.server().endpoint(peer.endpoint()).start()) {
 *     agent.awaitReady();
 *     agent.get(agent.credentials("127.0.0.1"), "Authorization", token);
 * }
 * }</pre>
 *
 * <p>It sees none of the environment the tests run in, and finds credentials to sign with.
 */
public final class PackagedAgent implements AutoCloseable {

    /** What the agent signs with unless told otherwise; tests look for it where it must not be. */
    public static final String SIGNING_SECRET = "signingSecretOfTheNode/0123456789abcdefg";

    public static final String SIGNING_SESSION = "signingSessionTokenOfTheNode";

    /** More than the minute after which it asks again for what it was too cold to get. */
    private static final Duration START = Duration.ofMinutes(2);

    /** The jar's main class. */
    public static final String MAIN = "io.quarkus.bootstrap.runner.AotQuarkusEntryPoint";

    private static final Duration STOP = Duration.ofSeconds(40);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Process process;
    private final Builder settings;
    private final Queue<String> out = new ConcurrentLinkedQueue<>();
    private final Queue<String> err = new ConcurrentLinkedQueue<>();
    private final List<Thread> readers;

    private PackagedAgent(Process process, Builder settings) {
        this.process = process;
        this.settings = settings;
        this.readers =
                List.of(
                        Lines.read(process.getInputStream(), out::add, () -> {}),
                        Lines.read(process.getErrorStream(), err::add, () -> {}));
    }

    /** Any command line, as it stands. */
    public static Builder command(String... arguments) {
        return new Builder(List.of(arguments));
    }

    /**
     * What the agent is run by, without its arguments: its jar, or the executable that {@code
     * -Dagent.executable=} names, with its image's flags.
     */
    public static List<String> program() {
        String executable = executable();
        if (executable.isEmpty()) {
            return List.of(Shell.jdk("java"), "-jar", jar());
        }
        List<String> line = new ArrayList<>(List.of(executable));
        line.addAll(
                lines("src/main/docker/Dockerfile.native")
                        .filter(each -> each.startsWith("ENTRYPOINT"))
                        .flatMap(each -> Stream.of(each.split("\"")))
                        .filter(each -> each.startsWith("-"))
                        .toList());
        return line;
    }

    /** The path of the native executable that {@code -Dagent.executable=} names; empty for none. */
    public static String executable() {
        return System.getProperty("agent.executable", "");
    }

    private static String jar() {
        String jar = System.getProperty("agent.jar");
        if (jar == null) {
            throw new IllegalStateException(
                    "agent.jar does not name the packaged agent; run it with failsafe");
        }
        return jar;
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file)).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code server} for cluster dev on 127.0.0.1, 127.0.0.2 and ::1, all ports free ones. */
    public static Builder server() {
        Builder builder = new Builder(List.of());
        builder.port = FreePorts.next();
        builder.probePort = FreePorts.next();
        builder.metricsPort = FreePorts.next();
        return builder;
    }

    /** {@code auth} on 127.0.0.1, all ports free ones. */
    public static Builder auth() {
        Builder builder = server();
        builder.auth = true;
        return builder;
    }

    /** Where credentials are served on a bind host, IPv6 in brackets. */
    public URI credentials(String host) {
        return URI.create("http://" + host + ":" + settings.port + "/v1/credentials");
    }

    public int port() {
        return settings.port;
    }

    /** A path of the probes' listener. */
    public URI probe(String path) {
        return URI.create("http://127.0.0.1:" + settings.probePort + path);
    }

    /** A path of the metrics' listener. */
    public URI metrics(String path) {
        return URI.create("http://127.0.0.1:" + settings.metricsPort + path);
    }

    /** Waits until the agent says that it is ready. */
    public PackagedAgent awaitReady() {
        await("readiness of the packaged agent")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(this::ready);
        return this;
    }

    private boolean ready() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the agent ended: " + everything());
        }
        try {
            return get(probe("/readyz")).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** A GET; headers as names and values in turn. */
    public HttpResponse<String> get(URI uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A GET, as soon as there is somebody to answer it; a line of the log does not say so. */
    public HttpResponse<String> awaitAnswer(URI uri) {
        return await("an answer at " + uri)
                .atMost(START)
                .ignoreException(UncheckedIOException.class)
                .until(() -> get(uri), answer -> true);
    }

    /** A GET of /v1/credentials on 127.0.0.1. */
    public HttpResponse<String> ask(String token) {
        return get(credentials("127.0.0.1"), "Authorization", token);
    }

    /** The same as SDKs do it: asks again where EKS Auth, still cold, was not done in time. */
    public HttpResponse<String> askAgain(String token) {
        return await().until(
                        () -> ask(token),
                        answer -> !answer.body().contains("has not answered in time"));
    }

    /** Asks until EKS Auth is there, and returns the credentials. */
    public String issued(String token) {
        HttpResponse<String> answer =
                await().until(() -> ask(token), one -> one.statusCode() != 503);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** The lines of stdout so far. */
    public List<String> stdout() {
        return List.copyOf(out);
    }

    /** The lines of stderr so far. */
    public List<String> stderr() {
        return List.copyOf(err);
    }

    /** All lines so far, as one text. */
    public String everything() {
        List<String> lines = new ArrayList<>(out);
        lines.addAll(err);
        return String.join("\n", lines);
    }

    /** Waits for a line of stdout that contains a text, and returns the first. */
    public String awaitLine(String text) {
        return await("a line with " + text)
                .atMost(START)
                .until(
                        () -> out.stream().filter(line -> line.contains(text)).findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Tells it to stop, as the kubelet does. */
    public void terminate() {
        // SIGTERM, on this platform. Not Process.destroy(), which closes the output unread.
        process.toHandle().destroy();
    }

    /** Kills it, as the kernel does when memory runs out. */
    public void kill() {
        Processes.kill(process);
        exitCode();
    }

    /** Waits until it has ended, all output read; returns its exit code. */
    public int exitCode() {
        try {
            assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS))
                    .as("the agent ended within %s", STOP)
                    .isTrue();
            for (Thread reader : readers) {
                assertThat(reader.join(STOP)).as("its output ended with it").isTrue();
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Stops it as the kubelet does; returns its exit code. */
    public int stop() {
        terminate();
        return exitCode();
    }

    /** Ends it in whatever state it is. */
    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                Processes.kill(process);
            }
        } catch (InterruptedException e) {
            Processes.kill(process);
            Thread.currentThread().interrupt();
        }
    }

    /** What the agent is started with. */
    public static final class Builder {

        private final List<String> command;
        private final List<String> global = new ArrayList<>();
        private final List<String> flags = new ArrayList<>();
        private final List<String> jvm = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private List<String> launcher = List.of();
        private List<String> program = List.of();
        private List<String> bindHosts = List.of("127.0.0.1", "127.0.0.2", "[::1]");
        private String cluster = "dev";
        private boolean auth;
        private boolean clusterClient;
        private boolean ofImage;
        private int port;
        private int probePort;
        private int metricsPort;

        private Builder(List<String> command) {
            this.command = command;
            environment.put("PATH", System.getenv("PATH"));
            environment.put("HOME", System.getProperty("java.io.tmpdir"));
            environment.put("AWS_REGION", "eu-west-1");
            environment.put("AWS_ACCESS_KEY_ID", "ASIASIGNINGKEYOFNODE");
            environment.put("AWS_SECRET_ACCESS_KEY", SIGNING_SECRET);
            environment.put("AWS_SESSION_TOKEN", SIGNING_SESSION);
            environment.put("AWS_EC2_METADATA_DISABLED", "true");
            // Nobody is there: no test asks the real one who it is.
            environment.put("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
        }

        /** The address of EKS Auth. */
        public Builder endpoint(URI endpoint) {
            return flags("--endpoint", endpoint.toString());
        }

        public Builder cluster(String name) {
            cluster = name;
            return this;
        }

        public Builder bindHosts(String... hosts) {
            bindHosts = List.of(hosts);
            return this;
        }

        /** The port of the credentials listeners, where it must be a certain one. */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /** The port of the credentials listeners. */
        public int port() {
            return port;
        }

        public Builder probePort(int number) {
            probePort = number;
            return this;
        }

        public Builder metricsPort(int number) {
            metricsPort = number;
            return this;
        }

        /** {@code -v}. */
        public Builder verbosity(String level) {
            global.addAll(List.of("-v", level));
            return this;
        }

        /** More arguments, after the command. */
        public Builder flags(String... arguments) {
            flags.addAll(List.of(arguments));
            return this;
        }

        /** More arguments of the JVM. */
        public Builder jvm(String... arguments) {
            jvm.addAll(List.of(arguments));
            return this;
        }

        /** Gives the JVM the memory that the image gives it, as an executable has it anyway. */
        public Builder memoryOfImage() {
            ofImage = true;
            return this;
        }

        /** Starts it by a command that ends by running its arguments in its own place. */
        public Builder through(List<String> command) {
            launcher = List.copyOf(command);
            return this;
        }

        /** With Kubernetes' client on its class path, as in the image of {@code auth}. */
        public Builder withClusterClient() {
            clusterClient = true;
            return this;
        }

        /** Starts another form of the agent than the jar: a command that takes its arguments. */
        public Builder as(List<String> command) {
            program = List.copyOf(command);
            return this;
        }

        /** Sets a variable of its environment. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Takes a variable out of its environment. */
        public Builder without(String name) {
            environment.remove(name);
            return this;
        }

        /** Starts the process and waits for nothing. */
        public PackagedAgent start() {
            List<String> line = new ArrayList<>(launcher);
            line.addAll(program.isEmpty() ? packaged() : program);
            line.addAll(arguments());
            ProcessBuilder builder = new ProcessBuilder(line);
            builder.environment().clear();
            builder.environment().putAll(environment);
            try {
                return new PackagedAgent(Processes.start(builder), this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private List<String> arguments() {
            if (!command.isEmpty()) {
                return command;
            }
            List<String> arguments = new ArrayList<>(global);
            arguments.addAll(auth ? List.of("auth") : List.of("server", "--cluster-name", cluster));
            arguments.addAll(List.of("--port", String.valueOf(port)));
            arguments.addAll(List.of("--probe-port", String.valueOf(probePort)));
            arguments.addAll(List.of("--metrics-port", String.valueOf(metricsPort)));
            arguments.addAll(List.of("--metrics-address", "127.0.0.1"));
            if (!auth) {
                bindHosts.forEach(host -> arguments.addAll(List.of("--bind-hosts", host)));
            }
            arguments.addAll(flags);
            return arguments;
        }

        private List<String> packaged() {
            if (!executable().isEmpty()) {
                assumeTrue(jvm.isEmpty(), "the executable takes no flags of a JVM: " + jvm);
                assumeTrue(!clusterClient, "the executable has no client of Kubernetes");
                return program();
            }
            List<String> line = new ArrayList<>(List.of(Shell.jdk("java")));
            if (ofImage) {
                lines("src/main/docker/java.args")
                        .filter(each -> each.startsWith("-"))
                        .forEach(line::add);
            }
            line.addAll(jvm);
            if (clusterClient) {
                Path jars = Path.of(jar()).resolve("../../auth-lib/*").normalize();
                line.addAll(
                        List.of(
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "-cp",
                                jar() + ":" + jars,
                                MAIN));
            } else {
                line.addAll(List.of("-jar", jar()));
            }
            return line;
        }
    }
}
