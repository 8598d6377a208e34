package io.podidentity.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.auth.associations.Associations.Lookup;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.injection.Injection;
import io.podidentity.auth.injection.PodPatch;
import io.podidentity.auth.injection.ServerKey;
import io.podidentity.auth.injection.WebhookCertificate;
import io.podidentity.auth.server.WebhookService;
import io.podidentity.guard.Budget;
import io.podidentity.guard.ConnectionGuard;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.Shell;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.TestClock;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * A real API server injects pods by the policy in one namespace, by the webhook in another, and not
 * at all in a third.
 */
class InjectionIT {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Path FILES = Path.of("kubernetes", "chart", "files", "auth");
    private static final Pattern WARNINGS = Pattern.compile("(?m)^Warning: .*$");
    private static final String POLICY = "by-policy";
    private static final String WEBHOOK = "by-webhook";
    private static final String NOTHING = "not-injected";
    private static final String ADDRESS = "http://169.254.170.23/v1/credentials";
    private static final String IPV6_ADDRESS = "http://[fd00:ec2::23]/v1/credentials";
    private static final String REGION = "eu-west-1";
    private static final String ROLE = "arn:aws:iam::123456789012:role/orders";
    private static final int PORT = FreePorts.next();
    private static final List<String> REVIEWED = new ArrayList<>();

    @TempDir static Path folder;

    private static @Nullable ApiServer server;
    private static @Nullable Vertx vertx;
    private static @Nullable WebhookService webhook;

    @BeforeAll
    @Timeout(value = 40, unit = TimeUnit.MINUTES)
    static void start() throws Exception {
        if (ApiServer.missing().isPresent()) {
            return;
        }
        server = ApiServer.start(folder);
        server.kubectl("apply --filename " + FILES.resolve("crd.yaml"));
        for (String namespace : List.of(POLICY, WEBHOOK, NOTHING)) {
            server.kubectl("create namespace " + namespace);
            server.kubectl("create serviceaccount orders --namespace " + namespace);
            server.kubectl("create serviceaccount default --namespace " + namespace);
        }
        server.kubectl(
                "wait --for condition=Established crd/podidentityassociations.podidentity.io");
        associate("orders", "orders");
        server.apply(policy(ADDRESS));
        server.kubectl("apply --filename " + FILES.resolve("injection-check.yaml"));
        startWebhook();
        for (String namespace : List.of(POLICY, WEBHOOK)) {
            await("injection " + namespace)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> admit(namespace, List.of(podOf("orders"))).getFirst().hasLabel());
        }
    }

    private static void startWebhook() throws Exception {
        server.kubectl("create serviceaccount pod-identity-auth --namespace kube-system");
        server.kubectl("apply --filename " + FILES.resolve("injection-webhook.yaml"));
        callWebhookAt(PORT);
        vertx = Vertx.vertx();
        webhook =
                new WebhookService(
                        vertx,
                        "127.0.0.1",
                        PORT,
                        new ConnectionGuard(vertx, Budget.forService(), why -> new byte[0]),
                        new Injection(
                                InjectionIT::find,
                                "dev",
                                new PodPatch(REGION, URI.create(ADDRESS)),
                                result -> {
                                    synchronized (REVIEWED) {
                                        REVIEWED.add(result.code());
                                    }
                                }),
                        task -> Thread.ofPlatform().start(task));
        serve(certificate().refresh().orElseThrow());
    }

    private static WebhookCertificate certificate() throws IOException {
        return certificate(Clock.systemUTC());
    }

    private static WebhookCertificate certificate(Clock clock) throws IOException {
        Path account = account(folder.resolve("account"));
        return new WebhookCertificate(
                new io.podidentity.token.ApiServer(
                        URI.create("https://127.0.0.1:" + server.port()),
                        account,
                        Duration.ofSeconds(10)),
                "kube-system",
                "pod-identity-webhook",
                clock);
    }

    private static Path account(Path mount) throws IOException {
        return server.account(mount, "kube-system", "pod-identity-auth", Duration.ofHours(1));
    }

    private static void serve(ServerKey key) {
        var _ =
                Objects.requireNonNull(webhook)
                        .serve(
                                new SSLOptions()
                                        .setKeyCertOptions(
                                                new PemKeyCertOptions()
                                                        .setCertValue(
                                                                Buffer.buffer(key.certificate()))
                                                        .setKeyValue(Buffer.buffer(key.key()))))
                        .toCompletableFuture()
                        .join();
    }

    private static Lookup find(String cluster, String namespace, String account) {
        if (!namespace.equals(WEBHOOK)) {
            return new Lookup.None();
        }
        return switch (account) {
            case "orders" ->
                    new Lookup.Found(
                            RoleAssociation.of(new Subject(cluster, namespace, account), ROLE));
            case "unknown" -> new Lookup.Unavailable("the test says so");
            default -> new Lookup.None();
        };
    }

    /** Not before all: a class that is skipped so is in no report. */
    @BeforeEach
    void needsAnApiServer() {
        assumeTrue(server != null, () -> "needs " + ApiServer.missing().orElseThrow());
    }

    @AfterAll
    static void stop() {
        if (vertx != null) {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void policyAndWebhookTreatEachPodOfTheTableAlike() throws IOException {
        List<JsonNode> pods = table();

        List<AdmittedPod> byPolicy = checkedAlike(pods);

        assertThat(byPolicy.stream().filter(AdmittedPod::hasLabel).map(AdmittedPod::name))
                .hasSize(pods.size() - 6)
                .doesNotContain(
                        "without-association",
                        "without-service-account-name",
                        "skipped-by-label",
                        "windows-by-field",
                        "windows-by-selector",
                        "windows-by-old-selector");
    }

    @Test
    void policyAndWebhookTreatGeneratedPodsAlike() throws IOException {
        long seed = System.nanoTime();
        GeneratedPod generated = new GeneratedPod(new Random(seed));
        List<JsonNode> pods = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            pods.add(generated.pod("pod-" + i));
        }

        try {
            var _ = checkedAlike(pods);
        } catch (AssertionError e) {
            throw new AssertionError("with seed " + seed, e);
        }
    }

    /** The same from both; but for the injection like one not injected; and the same once more. */
    private static List<AdmittedPod> checkedAlike(List<JsonNode> pods) throws IOException {
        List<AdmittedPod> before = admit(NOTHING, pods);
        List<AdmittedPod> byPolicy = admit(POLICY, pods);
        List<AdmittedPod> byWebhook = admit(WEBHOOK, pods);
        for (int i = 0; i < pods.size(); i++) {
            String name = before.get(i).name();
            assertThat(pretty(byWebhook.get(i))).as(name).isEqualTo(pretty(byPolicy.get(i)));
            assertThat(byPolicy.get(i).withoutInjection(before.get(i)).toPrettyString())
                    .as(name)
                    .isEqualTo(pretty(before.get(i)));
        }
        List<JsonNode> injected = byPolicy.stream().map(each -> (JsonNode) each.json()).toList();
        assertThat(admit(POLICY, injected)).isEqualTo(byPolicy);
        assertThat(admit(WEBHOOK, injected)).isEqualTo(byPolicy);
        return byPolicy;
    }

    @Test
    void injectsWhatAmazonsWebhookInjects() throws IOException {
        JsonNode pod = admit(POLICY, List.of(podOf("orders"))).getFirst().json();

        assertThat(pod.at("/spec/containers/0/env"))
                .isEqualTo(
                        JSON.readTree(
                                """
                                [{"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"},
                                 {"name": "AWS_DEFAULT_REGION", "value": "eu-west-1"},
                                 {"name": "AWS_REGION", "value": "eu-west-1"},
                                 {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
                                 {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                  "value": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"}]
                                """));
        assertThat(pod.at("/spec/volumes/0"))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"name": "eks-pod-identity-token", "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken":
                                 {"audience": "pods.eks.amazonaws.com", "expirationSeconds": 86400, "path": "eks-pod-identity-token"}}]}}
                                """));
        assertThat(pod.at("/spec/containers/0/volumeMounts/1"))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"name": "eks-pod-identity-token", "readOnly": true,
                                 "mountPath": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"}
                                """));
    }

    @Test
    void severalResourcesForOneServiceAccountInjectOnce() throws IOException {
        List<AdmittedPod> once = admit(POLICY, List.of(podOf("orders")));
        associate("orders-again", "orders");
        associate("of-default", "default");
        await("the new resources")
                .atMost(Duration.ofSeconds(30))
                .until(() -> admit(POLICY, List.of(podOf("default"))).getFirst().hasLabel());

        List<AdmittedPod> twice = admit(POLICY, List.of(podOf("orders")));
        server.kubectl("delete pia orders-again of-default --namespace " + POLICY);
        await("their end")
                .atMost(Duration.ofSeconds(30))
                .until(() -> !admit(POLICY, List.of(podOf("default"))).getFirst().hasLabel());

        assertThat(twice).isEqualTo(once);
    }

    @Test
    void addressAndRegionOfThePolicyAreSettings() throws IOException {
        try {
            server.apply(policy(IPV6_ADDRESS));
            awaitVariables(variables -> variables.contains(IPV6_ADDRESS));
            server.kubectl("apply --filename " + FILES.resolve("injection-policy.yaml"));
            // A region that was not set.
            awaitVariables(variables -> !variables.contains("_REGION\""));
        } finally {
            server.apply(policy(ADDRESS));
            awaitVariables(
                    variables -> variables.contains(REGION) && !variables.contains(IPV6_ADDRESS));
        }
    }

    private static void awaitVariables(Predicate<String> expected) {
        await("the new policy")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                expected.test(
                                        admit(POLICY, List.of(podOf("orders")))
                                                .getFirst()
                                                .json()
                                                .at("/spec/containers/0/env")
                                                .toString()));
    }

    @Test
    void largePodsAreInjectedByBoth() throws IOException {
        List<JsonNode> pod = List.of(largePod("orders"));

        assertThat(admit(WEBHOOK, pod)).isEqualTo(admit(POLICY, pod));
    }

    /** Of more than a megabyte. */
    private static ObjectNode largePod(String serviceAccount) throws IOException {
        List<Map<String, String>> variables = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            variables.add(Map.of("name", "V" + i, "value", "v".repeat(1000)));
        }
        ObjectNode pod = podOf(serviceAccount);
        ((ObjectNode) pod.at("/spec/containers/0")).set("env", JSON.valueToTree(variables));
        return pod;
    }

    @Test
    void ephemeralContainersAreLeftAlone() throws IOException {
        for (String namespace : List.of(POLICY, WEBHOOK)) {
            ObjectNode pod = podOf("orders");
            ((ObjectNode) pod.get("metadata")).put("name", "debugged");
            server.kubectl("create --filename " + write(namespace, List.of(pod)));
            String get = "get pod debugged --output json --namespace " + namespace;
            ObjectNode debugged = (ObjectNode) JSON.readTree(server.kubectl(get));
            ((ObjectNode) debugged.get("spec"))
                    .set(
                            "ephemeralContainers",
                            JSON.readTree("[{\"name\": \"debug\", \"image\": \"x\"}]"));
            Path file = Files.writeString(folder.resolve("debugged.json"), debugged.toString());

            server.kubectl(
                    "replace --raw /api/v1/namespaces/%s/pods/debugged/ephemeralcontainers --filename %s"
                            .formatted(namespace, file));

            JsonNode now = JSON.readTree(server.kubectl(get));
            assertThat(now.at("/spec/ephemeralContainers/0/name").asText()).isEqualTo("debug");
            assertThat(now.at("/spec/ephemeralContainers/0").has("env")).isFalse();
        }
    }

    @Test
    void podThatPassesWithoutInjectionIsToldOfAndMayBeRefused() throws IOException {
        ObjectNode pod = podOf("orders");
        ((ObjectNode) pod.get("spec")).set("os", JSON.readTree("{\"name\": \"windows\"}"));
        Path manifest = write(POLICY, List.of(pod));

        Shell.Result warned =
                server.tryKubectl("create", "--dry-run=server", "--filename", manifest.toString());

        assertThat(warned.exit()).isZero();
        assertThat(warned.toString()).contains("this pod was not injected and gets no credentials");
        server.kubectl(
                "patch validatingadmissionpolicybinding pod-identity-injected --type merge --patch "
                        + "{\"spec\":{\"validationActions\":[\"Deny\"]}}");
        await("refusal")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                server.tryKubectl(
                                                        "create",
                                                        "--dry-run=server",
                                                        "--filename",
                                                        manifest.toString())
                                                .exit()
                                        != 0);
        assertThat(admit(POLICY, List.of(podOf("orders"))).getFirst().hasLabel()).isTrue();
        server.kubectl("apply --filename " + FILES.resolve("injection-check.yaml"));
        await("no more refusal")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                server.tryKubectl(
                                                        "create",
                                                        "--dry-run=server",
                                                        "--filename",
                                                        manifest.toString())
                                                .exit()
                                        == 0);
    }

    @Test
    void podIsLetInAndTellsWhyWhenAssociationsCannotBeLookedUp() throws IOException {
        server.kubectl("create serviceaccount unknown --namespace " + WEBHOOK);
        Path manifest = write(WEBHOOK, List.of(podOf("unknown")));

        Shell.Result result =
                server.tryKubectl("create", "--dry-run=server", "--filename", manifest.toString());

        assertThat(result.exit()).isZero();
        assertThat(result.toString()).contains("associations cannot be looked up");
        synchronized (REVIEWED) {
            assertThat(REVIEWED).contains("unavailable", "injected", "no_association");
        }
    }

    @Test
    void replicasThatStartTogetherAgreeOnOneAuthority() throws Exception {
        server.kubectl(
                "patch secret pod-identity-webhook --namespace kube-system --type json"
                        + " --patch [{\"op\":\"remove\",\"path\":\"/data\"}]");
        WebhookCertificate one = certificate();
        WebhookCertificate other = certificate();

        CompletableFuture<Optional<ServerKey>> first =
                CompletableFuture.supplyAsync(() -> refreshed(one));
        CompletableFuture<Optional<ServerKey>> second =
                CompletableFuture.supplyAsync(() -> refreshed(other));
        assertThat(first.get(60, TimeUnit.SECONDS)).isPresent();
        ServerKey key = second.get(60, TimeUnit.SECONDS).orElseThrow();

        assertThat(refreshed(one)).isEmpty();
        assertThat(refreshed(other)).isEmpty();
        serve(key);
        awaitInjectionByWebhook();
        serve(first.get().orElseThrow());
        assertThat(admit(WEBHOOK, List.of(podOf("orders"))).getFirst().hasLabel()).isTrue();
    }

    @Test
    void everyPodIsInjectedWhileAuthorityAndCertificateAreRenewed() throws Exception {
        server.kubectl(
                "patch secret pod-identity-webhook --namespace kube-system --type json"
                        + " --patch [{\"op\":\"remove\",\"path\":\"/data\"}]");
        Instant now = Instant.now();
        TestClock clock = new TestClock(now.minus(Duration.ofDays(3650 * 3 / 4)));
        var _ = refreshed(certificate(clock));
        clock.advance(Duration.between(clock.instant(), now));
        WebhookCertificate certificate = certificate(clock);
        serve(refreshed(certificate).orElseThrow());
        awaitInjectionByWebhook();
        List<X509Certificate> authorities = authorities();
        CompletableFuture<Integer> created = new CompletableFuture<>();
        AtomicBoolean renewed = new AtomicBoolean();
        Thread creating =
                Thread.ofPlatform()
                        .start(() -> created.complete(createWhile(() -> !renewed.get())));

        X500Principal before = issuerServed();
        clock.advance(Duration.ofMinutes(6));
        serve(refreshed(certificate).orElseThrow());
        X500Principal after = issuerServed();
        // A change of the configuration makes the API server connect anew.
        server.kubectl(
                "patch mutatingwebhookconfiguration pod-identity-webhook --type json --patch"
                        + " [{\"op\":\"replace\",\"path\":\"/webhooks/0/timeoutSeconds\",\"value\":9}]");
        assertThat(admit(WEBHOOK, List.of(podOf("orders"))).getFirst().hasLabel()).isTrue();
        renewed.set(true);
        creating.join();

        assertThat(authorities).hasSize(2);
        assertThat(before).isEqualTo(authorities.getLast().getSubjectX500Principal());
        assertThat(after).isEqualTo(authorities.getFirst().getSubjectX500Principal());
        assertThat(created.get()).isPositive();
    }

    /** How many pods were created, if all were injected. */
    private static int createWhile(BooleanSupplier more) {
        int created = 0;
        do {
            try {
                if (!admit(WEBHOOK, List.of(podOf("orders"))).getFirst().hasLabel()) {
                    return -1;
                }
                created++;
            } catch (IOException e) {
                return -1;
            }
        } while (more.getAsBoolean());
        return created;
    }

    private static List<X509Certificate> authorities() throws Exception {
        byte[] pem = Base64.getDecoder().decode(bundle());
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** Who signed the certificate that a new connection gets, which must be trusted. */
    private static X500Principal issuerServed() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (X509Certificate each : authorities()) {
            trusted.setCertificateEntry(each.getSubjectX500Principal().getName(), each);
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", PORT)) {
            socket.setSoTimeout(10_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getIssuerX500Principal();
        }
    }

    @Test
    void packagedAuthMakesItsCertificateAndInjects() throws Exception {
        int port = FreePorts.next();
        Path state = Files.createDirectories(folder.resolve("packaged"));
        Files.writeString(
                state.resolve("associations.yaml"),
                """
                associations:
                  - {cluster: own, namespace: %s, serviceAccount: default, roleArn: "%s"}
                """
                        .formatted(NOTHING, ROLE));
        Path account = account(state.resolve("account"));
        Files.writeString(account.resolve("namespace"), "kube-system");
        try (StsPeer sts = new StsPeer("ASIAFROMSTS");
                OwnAuth auth =
                        OwnAuth.start(
                                state,
                                sts.endpoint(),
                                process ->
                                        process.memoryOfImage()
                                                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                                                .environment(
                                                        "KUBERNETES_SERVICE_PORT",
                                                        "" + server.port())
                                                .environment(
                                                        "AGENT_SERVICE_ACCOUNT_DIR",
                                                        account.toString())
                                                .flags("--cluster", "own=api-server")
                                                .flags("--inject-port", "" + port)
                                                .flags("--inject-address", IPV6_ADDRESS))) {
            callWebhookAt(port);
            await("injection")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> admit(NOTHING, List.of(podOf("default"))).getFirst().hasLabel());
            String injected =
                    admit(NOTHING, List.of(largePod("default"))).getFirst().json().toString();
            assertThat(injected).contains(IPV6_ADDRESS, "\"V1199\"");
            assertThat(auth.process().get(auth.process().metrics("/metrics")).body())
                    .contains("pod_identity_auth_pods_reviewed_total{result=\"injected\"");
        } finally {
            callWebhookAt(PORT);
            awaitInjectionByWebhook();
        }
    }

    private static void callWebhookAt(int port) {
        // Nothing here routes to Services.
        server.kubectl(
                "patch mutatingwebhookconfiguration pod-identity-webhook --type json --patch "
                        + "[{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/service\",\"value\":null},"
                        + "{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/url\",\"value\":"
                        + "\"https://127.0.0.1:%d/mutate\"}]".formatted(port));
    }

    private static String bundle() {
        return server.kubectl(
                "get mutatingwebhookconfiguration pod-identity-webhook --output"
                        + " jsonpath={.webhooks[0].clientConfig.caBundle}");
    }

    private static void awaitInjectionByWebhook() {
        await("injection")
                .atMost(Duration.ofSeconds(30))
                .until(() -> admit(WEBHOOK, List.of(podOf("orders"))).getFirst().hasLabel());
    }

    /** Loses a race for the configuration, at most. */
    private static Optional<ServerKey> refreshed(WebhookCertificate certificate) {
        List<ServerKey> keys = new ArrayList<>();
        await("a certificate")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> {
                            certificate.refresh().ifPresent(keys::add);
                            return true;
                        });
        return keys.stream().findFirst();
    }

    private static void associate(String name, String serviceAccount) throws IOException {
        server.apply(
                """
                apiVersion: podidentity.io/v1alpha1
                kind: PodIdentityAssociation
                metadata: {name: %s, namespace: %s}
                spec: {serviceAccount: %s, roleArn: "%s"}
                """
                        .formatted(name, POLICY, serviceAccount, ROLE));
    }

    private static String policy(String address) throws IOException {
        return Files.readString(FILES.resolve("injection-policy.yaml"))
                .replace("AWS_REGION_NAME", REGION)
                .replace("'" + ADDRESS + "'", "'" + address + "'");
    }

    private static List<JsonNode> table() throws IOException {
        List<Object> pods =
                new Yaml()
                        .load(Files.readString(Path.of("src/test/resources/injection/pods.yaml")));
        return pods.stream().map(each -> JSON.<JsonNode>valueToTree(each)).toList();
    }

    private static ObjectNode podOf(String serviceAccount) throws IOException {
        return (ObjectNode)
                JSON.readTree(
                        """
                        {"metadata": {"name": "pod-of-%s"},
                         "spec": {"serviceAccountName": "%s", "containers": [{"name": "app", "image": "x"}]}}
                        """
                                .formatted(serviceAccount, serviceAccount));
    }

    /** What the API server makes of the pods in a namespace, without storing them. */
    private static List<AdmittedPod> admit(String namespace, List<JsonNode> pods)
            throws IOException {
        String output =
                server.kubectl(
                        "create --dry-run=server --validate=false --output json --filename "
                                + write(namespace, pods));
        List<AdmittedPod> admitted = new ArrayList<>();
        try (MappingIterator<JsonNode> answers =
                JSON.readerFor(JsonNode.class)
                        .readValues(WARNINGS.matcher(output).replaceAll(""))) {
            while (answers.hasNext()) {
                admitted.add(AdmittedPod.of(answers.next()));
            }
        }
        assertThat(admitted).hasSameSizeAs(pods);
        return admitted;
    }

    private static Path write(String namespace, List<? extends JsonNode> pods) throws IOException {
        ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        var items = list.putArray("items");
        for (JsonNode each : pods) {
            ObjectNode pod = each.deepCopy();
            pod.put("apiVersion", "v1").put("kind", "Pod");
            ((ObjectNode) pod.get("metadata")).put("namespace", namespace);
            items.add(pod);
        }
        return Files.writeString(Files.createTempFile(folder, "pods", ".json"), list.toString());
    }

    private static String pretty(AdmittedPod pod) {
        return pod.json().toPrettyString();
    }
}
