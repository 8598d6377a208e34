package io.podidentity.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.FreePorts;
import io.podidentity.harness.Processes;
import io.podidentity.harness.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Kubernetes' API server and its etcd on loopback, and nothing else of a cluster: no controller, no
 * scheduler, no node. Service accounts are created by hand.
 */
public final class ApiServer implements AutoCloseable {

    /** What its tokens name as their issuer. */
    public static final String ISSUER = "https://oidc.example/id/loopback";

    private static final Duration BUILD = Duration.ofMinutes(35);
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration COMMAND = Duration.ofMinutes(1);
    private static final int RSA_BITS = 2048;

    private final Path folder;
    private final Path programs;
    private final int etcdPort = FreePorts.next();
    private final int port = FreePorts.next();
    private final Map<String, Process> running = new HashMap<>();

    private ApiServer(Path folder, Path programs) {
        this.folder = folder;
        this.programs = programs;
    }

    /** What this machine lacks, if it lacks something. */
    public static Optional<String> missing() {
        return Stream.of("go", "etcd").filter(tool -> !Shell.has(tool)).findFirst();
    }

    /** Starts one that writes into a folder; builds Kubernetes where that was never done. */
    public static ApiServer start(Path folder) throws IOException, GeneralSecurityException {
        String built =
                succeed(
                        BUILD,
                        List.of(
                                "nice",
                                "-n",
                                "19",
                                ClusterNode.scripts().resolve("build.sh").toString()));
        ApiServer server =
                new ApiServer(folder, Path.of(built.strip().replaceFirst("(?s).*\n", "")));
        try {
            server.writeFiles();
            server.run(
                    "etcd",
                    "etcd",
                    "--data-dir",
                    folder.resolve("etcd").toString(),
                    "--unsafe-no-fsync",
                    "--listen-client-urls",
                    server.etcd(),
                    "--advertise-client-urls",
                    server.etcd(),
                    "--listen-peer-urls",
                    "http://127.0.0.1:" + FreePorts.next());
            server.resume();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Starts the API server, after {@link #suspend()}, and waits until it serves. */
    public void resume() throws IOException {
        run(
                "kube-apiserver",
                programs.resolve("kube-apiserver").toString(),
                "--etcd-servers=" + etcd(),
                "--secure-port=" + port,
                "--bind-address=127.0.0.1",
                "--advertise-address=10.0.0.1",
                "--endpoint-reconciler-type=none",
                "--cert-dir=" + folder,
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--allow-privileged=true",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--api-audiences=https://kubernetes.default.svc",
                "--service-account-issuer=" + ISSUER,
                "--service-account-signing-key-file=" + folder.resolve("sa.key"),
                "--service-account-key-file=" + folder.resolve("sa.pub"));
        await("the API server")
                .atMost(START)
                .pollInterval(Duration.ofMillis(200))
                .failFast(
                        "it has ended: " + log("kube-apiserver"),
                        () -> !running.get("kube-apiserver").isAlive())
                .until(
                        () ->
                                Files.exists(authorities())
                                        && tryKubectl("get", "--raw", "/readyz").exit() == 0
                                        && tryKubectl("get", "namespace", "default").exit() == 0);
    }

    /** Ends the API server at once; etcd stays. */
    public void suspend() {
        Processes.kill(running.remove("kube-apiserver"));
    }

    public int port() {
        return port;
    }

    /** The PEM file to trust it by. */
    public Path authorities() {
        return folder.resolve("apiserver.crt");
    }

    public Path kubeconfig() {
        return folder.resolve("admin.kubeconfig");
    }

    /** The output of {@code kubectl} with arguments between spaces; it must succeed. */
    public String kubectl(String arguments) {
        return succeed(COMMAND, line(arguments.split(" ")));
    }

    /** What {@code kubectl} says, whether or not it succeeds. */
    public Shell.Result tryKubectl(String... arguments) {
        return Shell.run(new ProcessBuilder(line(arguments)), COMMAND);
    }

    /** Applies a manifest. */
    public void apply(String manifest) throws IOException {
        kubectl("apply --filename " + file(manifest));
    }

    /** What applying a manifest says, whether or not it succeeds. */
    public Shell.Result tryApply(String manifest) throws IOException {
        return tryKubectl("apply", "--filename", file(manifest).toString());
    }

    /** A token of a service account, for an audience. */
    public String token(String namespace, String serviceAccount, String audience) {
        return kubectl(
                        "create token %s --namespace %s --audience %s"
                                .formatted(serviceAccount, namespace, audience))
                .strip();
    }

    /** Makes a folder what a pod of this service account has of it, with a token that ends. */
    public Path account(Path mount, String namespace, String name, Duration lifetime)
            throws IOException {
        Files.createDirectories(mount);
        Files.copy(authorities(), mount.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
        Path fresh = mount.resolve(".token");
        Files.writeString(
                fresh,
                kubectl(
                                "create token %s --namespace %s --duration %ds"
                                        .formatted(name, namespace, lifetime.toSeconds()))
                        .strip());
        Files.move(
                fresh,
                mount.resolve("token"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return mount;
    }

    @Override
    public void close() {
        running.values().forEach(Processes::kill);
        running.clear();
    }

    private Path file(String manifest) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "manifest", ".yaml"), manifest);
    }

    private List<String> line(String... arguments) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                programs.resolve("kubectl").toString(),
                                "--kubeconfig",
                                kubeconfig().toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    private void writeFiles() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(RSA_BITS);
        KeyPair pair = generator.generateKeyPair();
        writePem("sa.key", "PRIVATE KEY", pair.getPrivate());
        writePem("sa.pub", "PUBLIC KEY", pair.getPublic());
        String token = UUID.randomUUID().toString();
        Files.writeString(
                folder.resolve("tokens.csv"), token + ",admin,admin,\"system:masters\"\n");
        Files.writeString(
                kubeconfig(),
                """
                apiVersion: v1
                kind: Config
                current-context: loopback
                contexts: [{name: loopback, context: {cluster: loopback, user: admin}}]
                clusters:
                - {name: loopback, cluster: {server: "https://127.0.0.1:%d", certificate-authority: %s}}
                users: [{name: admin, user: {token: %s}}]
                """
                        .formatted(port, authorities(), token));
    }

    private void writePem(String name, String kind, Key key) throws IOException {
        String body =
                Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key.getEncoded());
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    }

    private void run(String name, String... command) throws IOException {
        running.put(
                name,
                Processes.start(
                        new ProcessBuilder(command)
                                .redirectInput(new File("/dev/null"))
                                .redirectErrorStream(true)
                                .redirectOutput(
                                        ProcessBuilder.Redirect.appendTo(log(name).toFile()))));
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private String etcd() {
        return "http://127.0.0.1:" + etcdPort;
    }

    private static String succeed(Duration patience, List<String> line) {
        Shell.Result result = Shell.run(new ProcessBuilder(line), patience);
        if (result.exit() != 0) {
            throw new AssertionError(line + " ended with " + result);
        }
        return result.output();
    }
}
