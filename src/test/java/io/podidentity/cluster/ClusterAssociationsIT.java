package io.podidentity.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.AwsCli;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.StsPeer;
import io.podidentity.token.TokenRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.InvalidParameterException;
import software.amazon.awssdk.services.eks.model.PodIdentityAssociation;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;

/** Two processes of the packaged {@code auth} serve the resources of a real API server. */
class ClusterAssociationsIT {

    private static final Path MANIFESTS = Path.of("kubernetes/chart/files/auth");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ROLES = "arn:aws:iam::123456789012:role/";
    private static final String CLUSTER = "own";

    @TempDir static Path folder;

    private static final Deque<AutoCloseable> open = new ArrayDeque<>();
    private static @Nullable ApiServer kubernetes;
    private static StsPeer sts;
    private static OwnAuth auth;
    private static OwnAuth second;
    private static EksAuthClient eksAuth;
    private static EksClient eks;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        if (ApiServer.missing().isPresent()) {
            return;
        }
        kubernetes = opened(ApiServer.start(folder));
        for (String manifest : new String[] {"crd", "rbac", "allowed-roles-policy"}) {
            kubernetes.kubectl("apply --filename " + MANIFESTS.resolve(manifest + ".yaml"));
        }
        kubernetes.kubectl(
                "wait --for=condition=Established crd/podidentityassociations.podidentity.io");
        kubernetes.kubectl("create namespace shop");
        allow("team-* " + ROLES + "orders");
        kubernetes.kubectl("create serviceaccount orders --namespace shop");
        kubernetes.kubectl("create namespace pod-identity");
        kubernetes.kubectl("create serviceaccount auth --namespace pod-identity");
        bind("auth");
        sts = opened(new StsPeer("ASIAFROMSTS"));
        auth = opened(auth("first"));
        second = opened(auth("second"));
        eks = opened(auth.eks());
        eksAuth = opened(eksAuth(auth));
        token = kubernetes.token("shop", "orders", TokenRules.EKS_AUDIENCE);
    }

    private static <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    /** Not before all: a class that is skipped so is in no report. */
    @BeforeEach
    void needsAnApiServer() {
        assumeTrue(kubernetes != null, () -> "needs " + ApiServer.missing().orElseThrow());
    }

    @AfterEach
    void deleteAll() {
        if (kubernetes != null) {
            kubernetes.kubectl("delete podidentityassociations --all --namespace shop");
            allow("team-* " + ROLES + "orders");
            await().atMost(PATIENCE).until(() -> code(eksAuth).equals("ResourceNotFoundException"));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void associationIsUsedWhenCreatedChangedAndDeleted() throws IOException {
        kubernetes.apply(resource("mine", "orders"));

        AssumeRoleForPodIdentityResponse session = awaitSession(eksAuth);
        assertThat(session.credentials().accessKeyId()).isEqualTo("ASIAFROMSTS");
        awaitStatus("mine", "Ready", "Pods of service account orders get sessions of");
        assertThat(session.podIdentityAssociation().associationId())
                .isEqualTo(field("mine", ".status.associationId"));
        assertThat(session.podIdentityAssociation().associationArn())
                .isEqualTo(field("mine", ".status.associationArn"));
        await().atMost(PATIENCE).until(() -> !field("mine", ".status.lastUsed").isEmpty());

        kubernetes.apply(resource("mine", "team-a"));
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            assume(eksAuth);
                            return sts.calls().getLast().body().contains("role%2Fteam-a");
                        });

        kubernetes.kubectl("delete podidentityassociation mine --namespace shop");
        await().atMost(PATIENCE).until(() -> code(eksAuth).equals("ResourceNotFoundException"));
    }

    @Test
    void namespaceMayUseAllowedRolesOnly() throws IOException {
        Shell.Result refused = kubernetes.tryApply(resource("mine", "admin"));
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.output())
                .contains("of namespace shop does not allow " + ROLES + "admin, only");
        kubernetes.apply(resource("mine", "orders"));
        awaitSession(eksAuth);

        kubernetes.kubectl("annotate namespace shop podidentity.io/allowed-roles-");

        await().atMost(PATIENCE).until(() -> code(eksAuth).equals("AccessDeniedException"));
        assertThatThrownBy(() -> assume(eksAuth))
                .hasMessageContaining("no annotation podidentity.io/allowed-roles");
        awaitStatus("mine", "NotAllowed", "no annotation podidentity.io/allowed-roles");
        // What is not allowed can still be labelled and deleted.
        kubernetes.kubectl("label podidentityassociation mine a=b --namespace shop");
        assertThat(kubernetes.tryApply(resource("mine", "team-a")).output())
                .contains("namespace shop may use no role");

        allow("orders");

        awaitSession(eksAuth);
        awaitStatus("mine", "Ready", "");
    }

    @Test
    void oldestOfTwoForOneServiceAccountCounts() throws IOException {
        kubernetes.apply(resource("older", "orders"));
        awaitStatus("older", "Ready", "");
        String created = field("older", ".metadata.creationTimestamp");
        // Creation is told in seconds, and a name of this second would decide.
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            kubernetes.tryKubectl(
                                    "delete", "pia", "a-younger", "--namespace", "shop");
                            kubernetes.apply(resource("a-younger", "team-a"));
                            return !field("a-younger", ".metadata.creationTimestamp")
                                    .equals(created);
                        });

        awaitStatus("a-younger", "Conflict", "older is older");
        assertThat(field("older", ".status.conditions[0].reason")).isEqualTo("Ready");

        kubernetes.kubectl("delete podidentityassociation older --namespace shop");

        awaitStatus("a-younger", "Ready", "");
        await().atMost(PATIENCE).until(() -> !code(eksAuth).equals("ResourceNotFoundException"));
        assertThat(sts.calls().getLast().body()).contains("role%2Fteam-a");
    }

    @Test
    void refusalOfStsIsInTheStatusUntilItHasPassed() throws IOException {
        kubernetes.apply(resource("mine", "orders"));
        awaitSession(eksAuth);

        sts.fail(403);
        assertThat(code(eksAuth)).isEqualTo("AccessDeniedException");

        awaitStatus("mine", "AssumeRoleFailed", "STS does not let the service assume");

        awaitSession(eksAuth);
        awaitStatus("mine", "Ready", "");
    }

    @Test
    void whatWasKnownIsServedWhileTheApiServerIsAway() throws IOException {
        kubernetes.apply(resource("mine", "orders"));
        awaitSession(eksAuth);
        kubernetes.suspend();
        try {
            auth.process().awaitLine("cannot be reached");

            assertThat(assume(eksAuth).credentials().accessKeyId()).isEqualTo("ASIAFROMSTS");
            var readiness = auth.process().get(auth.process().probe("/readyz"));
            assertThat(readiness.statusCode()).isEqualTo(200);
            assertThat(readiness.body()).contains("what was known is served");
            assertThat(metrics()).contains("pod_identity_auth_associations_current 0.0");
            assertThatThrownBy(() -> create("other", "team-a", "t"))
                    .hasMessageContaining("the API server cannot be reached");
        } finally {
            kubernetes.resume();
        }
        kubernetes.apply(resource("mine", "team-b"));

        await().atMost(PATIENCE)
                .until(
                        () -> {
                            assume(eksAuth);
                            return sts.calls().getLast().body().contains("role%2Fteam-b");
                        });
        await().atMost(PATIENCE)
                .until(() -> metrics().contains("pod_identity_auth_associations_current 1.0"));
    }

    @Test
    void apiOfEksAndKubectlSeeTheSame() {
        PodIdentityAssociation created = create("orders", "orders", "once");

        String name = "orders-" + created.associationId().substring(13);
        assertThat(field(name, ".spec.roleArn")).isEqualTo(ROLES + "orders");
        assertThat(create("orders", "orders", "once").associationId())
                .isEqualTo(created.associationId());
        assertThatThrownBy(() -> create("orders", "orders", "again"))
                .isInstanceOf(ResourceInUseException.class);
        try (EksClient other = second.eks()) {
            PodIdentityAssociation described = describe(other, created.associationId());
            assertThat(described).isEqualTo(created);
            assertThat(described.tags()).isEqualTo(Map.of("owner", "shop"));
        }
        awaitSession(eksAuth);

        eks.updatePodIdentityAssociation(
                r ->
                        r.clusterName(CLUSTER)
                                .associationId(created.associationId())
                                .roleArn(ROLES + "team-a"));
        assertThat(field(name, ".spec.roleArn")).isEqualTo(ROLES + "team-a");
        kubernetes.kubectl(
                "patch pia %s --namespace shop --type merge --patch {\"spec\":{\"roleArn\":\"%steam-b\"}}"
                        .formatted(name, ROLES));
        assertThat(describe(eks, created.associationId()).roleArn()).isEqualTo(ROLES + "team-b");

        eks.deletePodIdentityAssociation(
                r -> r.clusterName(CLUSTER).associationId(created.associationId()));
        assertThat(kubernetes.kubectl("get pia --namespace shop --output name")).isEmpty();
        assertThatThrownBy(() -> describe(eks, created.associationId()))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void whatKubectlCreatesIsInTheApiOfEks() throws IOException {
        kubernetes.apply(resource("by-hand", "orders"));
        awaitStatus("by-hand", "Ready", "");
        String id = field("by-hand", ".status.associationId");

        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(
                                                eks.listPodIdentityAssociations(
                                                                r ->
                                                                        r.clusterName(CLUSTER)
                                                                                .namespace("shop")
                                                                                .serviceAccount(
                                                                                        "orders"))
                                                        .associations())
                                        .singleElement()
                                        .satisfies(
                                                each ->
                                                        assertThat(each.associationId())
                                                                .isEqualTo(id)));
        eks.deletePodIdentityAssociation(r -> r.clusterName(CLUSTER).associationId(id));
        assertThat(kubernetes.kubectl("get pia --namespace shop --output name")).isEmpty();
    }

    @Test
    void awsCliKeepsResources() {
        AwsCli aws = new AwsCli(auth, CLUSTER);
        String id =
                aws.eks(
                                "create-pod-identity-association",
                                "--namespace",
                                "shop",
                                "--service-account",
                                "orders",
                                "--role-arn",
                                ROLES + "orders")
                        .getJsonObject("association")
                        .getString("associationId");
        String name = "orders-" + id.substring(13);
        awaitStatus(name, "Ready", "");

        aws.eks(
                "update-pod-identity-association",
                "--association-id",
                id,
                "--role-arn",
                ROLES + "team-a");
        assertThat(field(name, ".spec.roleArn")).isEqualTo(ROLES + "team-a");
        assertThat(
                        aws.eks("describe-pod-identity-association", "--association-id", id)
                                .getJsonObject("association")
                                .getString("roleArn"))
                .isEqualTo(ROLES + "team-a");
        aws.eks("delete-pod-identity-association", "--association-id", id);
        assertThat(kubernetes.kubectl("get pia --namespace shop --output name")).isEmpty();
    }

    @Test
    void apiOfEksTellsWhyKubernetesRefuses() {
        assertThatThrownBy(() -> create("orders", "admin", "t"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("does not allow " + ROLES + "admin");
        assertThatThrownBy(
                        () ->
                                eks.createPodIdentityAssociation(
                                        r ->
                                                r.clusterName(CLUSTER)
                                                        .namespace("nowhere")
                                                        .serviceAccount("a")
                                                        .roleArn(ROLES + "orders")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void resourceComesBeforeAPatternOfTheFile() throws IOException {
        kubernetes.kubectl("create serviceaccount batch-a --namespace shop");
        String ofBatch = kubernetes.token("shop", "batch-a", TokenRules.EKS_AUDIENCE);
        eksAuth.assumeRoleForPodIdentity(r -> r.clusterName(CLUSTER).token(ofBatch));
        assertThat(sts.calls().getLast().body()).contains("role%2Fbatch");

        kubernetes.apply(
                resource("batch", "team-a")
                        .replace("serviceAccount: orders", "serviceAccount: batch-a"));

        await().atMost(PATIENCE)
                .until(
                        () -> {
                            eksAuth.assumeRoleForPodIdentity(
                                    r -> r.clusterName(CLUSTER).token(ofBatch));
                            return sts.calls().getLast().body().contains("role%2Fteam-a");
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "serviceAccount: 'o*', roleArn: ROLE | must be the name of a service account in this namespace",
                "serviceAccount: orders, roleArn: 'arn:aws:iam::1:role/orders' | roleArn must look like arn:aws:iam::123456789012:role/NAME",
                "serviceAccount: orders, roleArn: orders | roleArn must look like",
                "serviceAccount: orders | spec.roleArn: Required value",
                "roleArn: ROLE | spec.serviceAccount: Required value",
                "serviceAccount: orders, roleArn: ROLE, targetRoleArn: '' | targetRoleArn must look like",
                "serviceAccount: orders, roleArn: ROLE, policy: '{}' | policy needs disableSessionTags: true",
                "serviceAccount: orders, roleArn: ROLE, disableSessionTags: true, policy: '[]' | policy must be a JSON object",
            })
    void schemaSaysWhatIsWrong(String spec, String problem) throws IOException {
        Shell.Result result =
                kubernetes.tryApply(
                        """
                        apiVersion: podidentity.io/v1alpha1
                        kind: PodIdentityAssociation
                        metadata: {name: bad, namespace: shop}
                        spec: {%s}
                        """
                                .formatted(spec.replace("ROLE", "'" + ROLES + "orders'")));

        assertThat(result.exit()).isNotZero();
        assertThat(result.output()).contains(problem);
    }

    @Test
    void serviceAccountStaysTheSame() throws IOException {
        kubernetes.apply(resource("mine", "orders"));

        assertThat(
                        kubernetes
                                .tryApply(
                                        resource("mine", "orders")
                                                .replace(
                                                        "serviceAccount: orders",
                                                        "serviceAccount: other"))
                                .output())
                .contains("serviceAccount cannot be changed, as in EKS; delete this resource");
    }

    @Test
    void withoutRightsItSaysWhichRoleToBindAndIsNotReady() throws Exception {
        kubernetes.kubectl("create serviceaccount powerless --namespace pod-identity");
        PackagedAgent.Builder builder =
                inCluster(PackagedAgent.auth(), account("powerless"))
                        .flags("--cluster", CLUSTER + "=api-server")
                        .flags("--associations", "kubernetes")
                        .flags("--sts-endpoint", sts.endpoint().toString());
        try (PackagedAgent powerless = builder.start()) {
            assertThat(powerless.awaitLine("podidentityassociations are not watched"))
                    .contains("WARN", "bind its service account to the ClusterRole of rbac.yaml");
            var readiness = powerless.awaitAnswer(powerless.probe("/readyz"));
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).contains("not read yet");

            bind("powerless");

            powerless.awaitReady();
        }
    }

    @Test
    void withoutTheClientItSaysWhichImageToRun() throws IOException {
        try (PackagedAgent process =
                PackagedAgent.auth()
                        .flags("--cluster", CLUSTER + "=api-server")
                        .flags("--associations", "kubernetes")
                        .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                        .environment("KUBERNETES_SERVICE_PORT", "" + kubernetes.port())
                        .environment("AGENT_SERVICE_ACCOUNT_DIR", account("auth").toString())
                        .start()) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.stderr())
                    .containsExactly(
                            "pod-identity-agent: --associations: kubernetes needs Kubernetes'"
                                    + " client, which is not in this image; run the image"
                                    + " pod-identity-auth, or give a file");
        }
    }

    private static OwnAuth auth(String name) throws IOException {
        Path account = account("auth");
        Path own = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                own.resolve("associations.yaml"),
                """
                associations:
                  - cluster: own
                    namespace: shop
                    serviceAccount: batch-*
                    roleArn: arn:aws:iam::123456789012:role/batch
                """);
        return OwnAuth.start(
                own,
                sts.endpoint(),
                process ->
                        inCluster(process, account)
                                .flags("--cluster", CLUSTER + "=api-server")
                                .flags("--associations", "kubernetes"));
    }

    private static PackagedAgent.Builder inCluster(PackagedAgent.Builder process, Path account) {
        return process.withClusterClient()
                .memoryOfImage()
                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .environment("KUBERNETES_SERVICE_PORT", "" + kubernetes.port())
                .environment("AGENT_SERVICE_ACCOUNT_DIR", account.toString());
    }

    private static Path account(String name) throws IOException {
        return kubernetes.account(
                folder.resolve("account-" + name), "pod-identity", name, Duration.ofHours(1));
    }

    private static void bind(String serviceAccount) {
        kubernetes.kubectl(
                ("create clusterrolebinding %1$s --clusterrole pod-identity-auth-associations"
                                + " --serviceaccount pod-identity:%1$s")
                        .formatted(serviceAccount));
    }

    private static void allow(String roles) {
        assertThat(
                        kubernetes
                                .tryKubectl(
                                        "annotate",
                                        "--overwrite",
                                        "namespace",
                                        "shop",
                                        "podidentity.io/allowed-roles=" + ROLES + roles)
                                .exit())
                .isZero();
    }

    private static String resource(String name, String role) {
        return """
        apiVersion: podidentity.io/v1alpha1
        kind: PodIdentityAssociation
        metadata: {name: %s, namespace: shop}
        spec:
          serviceAccount: orders
          roleArn: %s
        """
                .formatted(name, ROLES + role);
    }

    private static PodIdentityAssociation create(String account, String role, String requestToken) {
        return eks.createPodIdentityAssociation(
                        r ->
                                r.clusterName(CLUSTER)
                                        .namespace("shop")
                                        .serviceAccount(account)
                                        .roleArn(ROLES + role)
                                        .tags(Map.of("owner", "shop"))
                                        .clientRequestToken(requestToken))
                .association();
    }

    private static PodIdentityAssociation describe(EksClient from, String id) {
        return from.describePodIdentityAssociation(r -> r.clusterName(CLUSTER).associationId(id))
                .association();
    }

    private static String field(String name, String path) {
        return kubernetes.kubectl(
                "get podidentityassociation %s --namespace shop --output jsonpath={%s}"
                        .formatted(name, path));
    }

    private static void awaitStatus(String name, String reason, String words) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(field(name, ".status.conditions[0]"))
                                        .contains("\"reason\":\"" + reason + "\"", words));
    }

    private static String metrics() {
        return auth.process().get(auth.process().metrics("/metrics")).body();
    }

    private static AssumeRoleForPodIdentityResponse awaitSession(EksAuthClient client) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(EksAuthException.class)
                .until(() -> assume(client), answer -> true);
    }

    private static AssumeRoleForPodIdentityResponse assume(EksAuthClient client) {
        return client.assumeRoleForPodIdentity(r -> r.clusterName(CLUSTER).token(token));
    }

    /** The error's code, or Success. */
    private static String code(EksAuthClient client) {
        try {
            assume(client);
            return "Success";
        } catch (EksAuthException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static EksAuthClient eksAuth(OwnAuth service) {
        return EksAuthClient.builder()
                .endpointOverride(service.endpoint())
                .region(Region.EU_WEST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        "ASIASIGNINGKEYOFNODE", PackagedAgent.SIGNING_SECRET)))
                .build();
    }
}
