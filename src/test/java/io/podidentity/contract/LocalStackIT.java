package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.Door;
import io.podidentity.harness.LocalStack;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.services.sts.model.Tag;

/** A pod's SDK, the packaged agent, our own EKS Auth, and the STS of LocalStack. */
class LocalStackIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String CLUSTER_ARN = "arn:aws:eks:eu-west-1:000000000000:cluster/dev";

    @TempDir static Path folder;
    private static LocalStack localstack;
    private static Door wire;
    private static OwnAuth auth;
    private static EksClient eks;
    private static PackagedAgent agent;

    @BeforeAll
    static void start() throws IOException {
        localstack = LocalStack.start();
        wire = new Door(localstack.endpoint());
        auth = OwnAuth.start(folder, wire.address());
        eks = auth.eks();
        agent = auth.agent("dev").flags("--max-cache-size", "0").start().awaitReady();
        // The first exchange meets cold classes on the whole way, and the tests are of later ones.
        OwnAuth.associate(eks, "dev", "first", "first", null);
        await().atMost(TIMEOUT)
                .until(() -> agent.ask(TestTokens.of("first").sign()).statusCode() == 200);
    }

    @AfterAll
    static void stop() throws IOException {
        if (agent == null) {
            return;
        }
        try (var _ = localstack;
                var _ = wire;
                OwnAuth service = auth;
                PackagedAgent running = agent) {
            eks.close();
            assertThat(running.stop()).isZero();
            assertThat(service.process().stop()).isZero();
            assertThat(service.process().stderr()).isEmpty();
            assertThat(service.process().everything())
                    .doesNotContain("\"level\":\"ERROR\"")
                    .doesNotContain(PackagedAgent.SIGNING_SECRET)
                    .doesNotContain(OwnAuth.ADMIN_SECRET)
                    .doesNotContain("eyJ");
        }
    }

    @Test
    void podIsWhoItsAssociationSays() throws IOException {
        OwnAuth.associate(eks, "dev", "orders", "orders", null);
        Path token = Files.writeString(folder.resolve("token"), TestTokens.of("orders").sign());

        try (SdkProcess sdk = SdkProcess.java(agent.credentials("127.0.0.1"), token)) {
            String[] answer = sdk.ask().split(" ");

            assertThat(answer[0]).as(String.join(" ", answer)).isEqualTo("OK");
            assertThat(identity(AwsSessionCredentials.create(answer[1], answer[2], answer[3])))
                    .matches(
                            "arn:aws:sts::000000000000:assumed-role/orders/eks-dev-orders-0-[0-9a-f-]{36}");
        }
    }

    @Test
    void sixTagsSayWhoseTheSessionIsAndCannotBeChanged() {
        OwnAuth.associate(eks, "dev", "tagged", "tagged", null);
        AwsSessionCredentials session = session(agent, TestTokens.of("tagged").sign());

        Stream.of(
                        tag("eks-cluster-arn", CLUSTER_ARN),
                        tag("eks-cluster-name", "dev"),
                        tag("kubernetes-namespace", "shop"),
                        tag("kubernetes-service-account", "tagged"),
                        tag("kubernetes-pod-name", "tagged-0"),
                        tag("kubernetes-pod-uid", "uid-of-tagged"))
                .forEach(
                        tag ->
                                assertThatThrownBy(() -> chain(session, tag))
                                        .as(tag.key())
                                        .isInstanceOf(StsException.class)
                                        .hasMessageContaining("transitive"));
        assertThat(chain(session, tag("team", "shop"))).contains(":assumed-role/next/");
    }

    @Test
    void sessionCarriesNoTagsWhereTheyAreTurnedOff() {
        eks.createPodIdentityAssociation(
                r ->
                        r.clusterName("dev")
                                .namespace("shop")
                                .serviceAccount("plain")
                                .roleArn(OwnAuth.role("plain"))
                                .disableSessionTags(true));
        AwsSessionCredentials session = session(agent, TestTokens.of("plain").sign());

        assertThat(chain(session, tag("kubernetes-namespace", "other"))).contains("/next/");
    }

    @Test
    void associationIsAddedChangedAndRemovedWhileThePodRuns() {
        String token = TestTokens.of("changing").sign();
        assertThat(agent.ask(token).statusCode()).isEqualTo(404);

        String id = OwnAuth.associate(eks, "dev", "changing", "before", null);
        // A refusal is remembered for a moment.
        await().atMost(TIMEOUT).until(() -> agent.ask(token).statusCode() == 200);
        assertThat(identity(session(agent, token))).contains(":assumed-role/before/");

        eks.updatePodIdentityAssociation(
                r -> r.clusterName("dev").associationId(id).roleArn(OwnAuth.role("after")));
        assertThat(identity(session(agent, token))).contains(":assumed-role/after/");

        eks.deletePodIdentityAssociation(r -> r.clusterName("dev").associationId(id));
        HttpResponse<String> answer = agent.ask(token);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("ResourceNotFoundException").contains("shop/changing");
    }

    @Test
    void podGetsTheRoleBehindItsRole() {
        OwnAuth.associate(eks, "dev", "chained", "first", "second");
        AwsSessionCredentials session = session(agent, TestTokens.of("chained").sign());

        assertThat(identity(session)).contains(":assumed-role/second/eks-dev-chained-0-");
        assertThatThrownBy(() -> chain(session, tag("kubernetes-namespace", "other")))
                .hasMessageContaining("transitive");
    }

    @Test
    void patternServesWhoeverHasNoAssociationOfItsOwn() {
        OwnAuth.associate(eks, "dev", "job-*", "jobs", null);
        OwnAuth.associate(eks, "dev", "job-night", "night", null);

        assertThat(identity(session(agent, TestTokens.of("job-day").sign()))).contains("/jobs/");
        assertThat(identity(session(agent, TestTokens.of("job-night").sign()))).contains("/night/");
    }

    @Test
    void clustersAreTwo() {
        OwnAuth.associate(eks, "dev", "both", "of-dev", null);
        OwnAuth.associate(eks, "prod", "both", "of-prod", null);
        String ofDev = TestTokens.of("both").sign();
        String ofProd = TestTokens.of("both").key(TestKeys.FOREIGN_RSA).sign();

        try (PackagedAgent other = auth.agent("prod").start().awaitReady()) {
            assertThat(identity(session(agent, ofDev))).contains("/of-dev/eks-dev-");
            assertThat(identity(session(other, ofProd))).contains("/of-prod/eks-prod-");
            assertThat(other.ask(ofDev).body()).contains("InvalidTokenException");
            assertThat(agent.ask(ofProd).body()).contains("InvalidTokenException");
        }
    }

    @Test
    void tokenOfANewKeyIsBelievedOnceTheClusterPublishesIt() throws IOException {
        OwnAuth.associate(eks, "dev", "rotated", "rotated", null);
        assertThat(agent.ask(TestTokens.of("rotated").sign()).statusCode()).isEqualTo(200);
        String renewed = TestTokens.of("rotated").key(TestKeys.EC256).sign();
        assertThat(agent.ask(renewed).body()).contains("InvalidTokenException");

        auth.publish(TestKeys.RSA, TestKeys.EC256);

        await().atMost(TIMEOUT).until(() -> agent.ask(renewed).statusCode() == 200);
        assertThat(agent.ask(TestTokens.of("rotated").sign()).statusCode()).isEqualTo(200);
    }

    @Test
    void podKeepsWhatItHasWhileStsIsAwayAndNewOnesAreServedAfter() throws IOException {
        OwnAuth.associate(eks, "dev", "patient", "patient", null);
        String known = TestTokens.of("patient").sign();
        String unknown = now().pod("shop", "patient", "patient-1", "another-uid").sign();
        try (PackagedAgent caching = auth.agent("dev").start().awaitReady()) {
            String before = caching.ask(known).body();
            wire.shut();
            try {
                HttpResponse<String> answer = caching.ask(unknown);

                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.body()).contains("ServiceUnavailableException");
                assertThat(caching.ask(known).body()).isEqualTo(before).contains("AccessKeyId");
            } finally {
                wire.open();
            }

            await().atMost(TIMEOUT).until(() -> caching.ask(unknown).statusCode() == 200);
        }
    }

    @Test
    void nodeThatSignsWithAnotherKeyIsRefused() {
        OwnAuth.associate(eks, "dev", "stolen", "stolen", null);
        try (PackagedAgent stranger =
                auth.agent("dev")
                        .environment("AWS_SECRET_ACCESS_KEY", "secretOfSomebodyElse0")
                        .start()
                        .awaitReady()) {
            HttpResponse<String> answer = stranger.ask(TestTokens.of("stolen").sign());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("InvalidSignatureException");
        }
    }

    private static TestTokens now() {
        return TestTokens.at(Instant.now().minusSeconds(5));
    }

    private static AwsSessionCredentials session(PackagedAgent from, String token) {
        HttpResponse<String> answer = from.ask(token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonObject json = new JsonObject(answer.body());
        return AwsSessionCredentials.create(
                json.getString("AccessKeyId"),
                json.getString("SecretAccessKey"),
                json.getString("Token"));
    }

    private static String identity(AwsSessionCredentials session) {
        try (StsClient sts = sts(session)) {
            return sts.getCallerIdentity().arn();
        }
    }

    private static String chain(AwsSessionCredentials session, Tag tag) {
        try (StsClient sts = sts(session)) {
            return sts.assumeRole(
                            AssumeRoleRequest.builder()
                                    .roleArn(OwnAuth.role("next"))
                                    .roleSessionName("next")
                                    .tags(tag)
                                    .build())
                    .assumedRoleUser()
                    .arn();
        }
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static StsClient sts(AwsSessionCredentials session) {
        return StsClient.builder()
                .endpointOverride(localstack.endpoint())
                .region(Region.EU_WEST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(StaticCredentialsProvider.create(session))
                .build();
    }
}
