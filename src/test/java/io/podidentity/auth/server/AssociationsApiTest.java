package io.podidentity.auth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.ServedAuth;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.CreatePodIdentityAssociationRequest;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eks.model.InvalidParameterException;
import software.amazon.awssdk.services.eks.model.InvalidRequestException;
import software.amazon.awssdk.services.eks.model.PodIdentityAssociation;
import software.amazon.awssdk.services.eks.model.PodIdentityAssociationSummary;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eks.model.ServerException;

/** The associations' API as the AWS SDK's own client of EKS sees it. */
class AssociationsApiTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.250Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir Path folder;
    private Path file;
    private ServedAuth served;
    private EksClient eks;

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("associations.yaml");
        served = ServedAuth.open(file, CLOCK);
        eks = OwnAuth.eks(served.endpoint(), "anybody", "anything-at-all");
    }

    @AfterEach
    void stop() {
        eks.close();
        served.close();
    }

    @Test
    void createsAnAssociationAsEksDoes() {
        PodIdentityAssociation created =
                eks.createPodIdentityAssociation(
                                r ->
                                        request(r, "orders")
                                                .targetRoleArn("arn:aws:iam::210987654321:role/far")
                                                .disableSessionTags(true)
                                                .tags(Map.of("team", "shop")))
                        .association();

        assertThat(created.clusterName()).isEqualTo("dev");
        assertThat(created.namespace()).isEqualTo("shop");
        assertThat(created.serviceAccount()).isEqualTo("orders");
        assertThat(created.roleArn()).isEqualTo(OwnAuth.role("orders"));
        assertThat(created.targetRoleArn()).isEqualTo("arn:aws:iam::210987654321:role/far");
        assertThat(created.disableSessionTags()).isTrue();
        assertThat(created.tags()).isEqualTo(Map.of("team", "shop"));
        assertThat(created.associationId()).matches("a-[0-9a-f]{17}");
        assertThat(created.associationArn())
                .isEqualTo(
                        "arn:aws:eks:eu-west-1:000000000000:podidentityassociation/dev/"
                                + created.associationId());
        assertThat(created.externalId()).isEqualTo("eu-west-1/000000000000/dev/shop/orders");
        assertThat(created.createdAt()).isEqualTo(NOW);
        assertThat(created.modifiedAt()).isEqualTo(NOW);
        assertThat(describe(created.associationId())).isEqualTo(created);
    }

    @Test
    void whatWasCreatedIsThereForAnotherReplica() throws IOException {
        String id = create("orders");

        try (ServedAuth other = ServedAuth.open(file, CLOCK);
                EksClient client = OwnAuth.eks(other.endpoint(), "anybody", "anything-at-all")) {
            assertThat(
                            client.describePodIdentityAssociation(
                                            r -> r.clusterName("dev").associationId(id))
                                    .association())
                    .isEqualTo(describe(id));
        }
    }

    @Test
    void updatesOnlyWhatIsNamed() {
        String id =
                eks.createPodIdentityAssociation(
                                r -> request(r, "orders").targetRoleArn(OwnAuth.role("far")))
                        .association()
                        .associationId();

        eks.updatePodIdentityAssociation(
                r -> r.clusterName("dev").associationId(id).roleArn(OwnAuth.role("new")));

        assertThat(describe(id).roleArn()).isEqualTo(OwnAuth.role("new"));
        assertThat(describe(id).targetRoleArn()).isEqualTo(OwnAuth.role("far"));

        eks.updatePodIdentityAssociation(
                r -> r.clusterName("dev").associationId(id).targetRoleArn(""));

        assertThat(describe(id).targetRoleArn()).isNull();
        assertThat(describe(id).externalId()).isNull();
    }

    @Test
    void deletesAnAssociationOnce() {
        String id = create("orders");

        assertThat(delete(id).serviceAccount()).isEqualTo("orders");

        assertThrows(ResourceNotFoundException.class, () -> describe(id));
        assertThrows(ResourceNotFoundException.class, () -> delete(id));
    }

    @Test
    void listsInPagesThatFitTogetherWhateverChanges() {
        List<String> ids = IntStream.range(0, 7).mapToObj(i -> create("sa-" + i)).sorted().toList();
        var first = eks.listPodIdentityAssociations(r -> r.clusterName("dev").maxResults(3));
        delete(ids.get(0));
        delete(ids.get(2));

        var second =
                eks.listPodIdentityAssociations(
                        r -> r.clusterName("dev").maxResults(3).nextToken(first.nextToken()));
        var last =
                eks.listPodIdentityAssociations(
                        r -> r.clusterName("dev").maxResults(3).nextToken(second.nextToken()));

        assertThat(ids(first.associations())).isEqualTo(ids.subList(0, 3));
        assertThat(ids(second.associations())).isEqualTo(ids.subList(3, 6));
        assertThat(ids(last.associations())).isEqualTo(ids.subList(6, 7));
        assertThat(last.nextToken()).isNull();
    }

    @Test
    void paginatorOfTheSdkSeesAll() {
        IntStream.range(0, 205).forEach(i -> create("sa-" + i));

        assertThat(
                        eks.listPodIdentityAssociationsPaginator(r -> r.clusterName("dev"))
                                .associations())
                .hasSize(205);
    }

    @Test
    void listsThoseAskedFor() {
        create("orders");
        create("billing");

        var found =
                eks.listPodIdentityAssociations(
                        r -> r.clusterName("dev").namespace("shop").serviceAccount("billing"));

        assertThat(found.associations())
                .extracting(PodIdentityAssociationSummary::serviceAccount)
                .containsExactly("billing");
        assertThat(
                        eks.listPodIdentityAssociations(
                                        r -> r.clusterName("dev").namespace("money"))
                                .associations())
                .isEmpty();
    }

    @Test
    void repeatedRequestCreatesOnceAndAnotherIsAConflict() {
        var first =
                eks.createPodIdentityAssociation(r -> request(r, "orders").clientRequestToken("1"));

        assertThat(
                        eks.createPodIdentityAssociation(
                                        r -> request(r, "orders").clientRequestToken("1"))
                                .association())
                .isEqualTo(first.association());
        var conflict = assertThrows(ResourceInUseException.class, () -> create("orders"));
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(conflict).hasMessageContaining(first.association().associationId());
    }

    @ParameterizedTest
    @CsvSource({
        "Shop, orders, arn:aws:iam::123456789012:role/r, namespace must match",
        "shop, Orders, arn:aws:iam::123456789012:role/r, serviceAccount must match",
        "shop, orders, arn:aws:iam::123456789012:user/r, roleArn must look like",
        ", orders, arn:aws:iam::123456789012:role/r, namespace is missing",
        "shop, orders, , roleArn is missing",
    })
    void refusesWhatEksWould(String namespace, String name, String role, String message) {
        assertThatThrownBy(
                        () ->
                                eks.createPodIdentityAssociation(
                                        r ->
                                                r.clusterName("dev")
                                                        .namespace(namespace)
                                                        .serviceAccount(name)
                                                        .roleArn(role)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesPagesThatAreNone() {
        assertThrows(
                InvalidParameterException.class,
                () -> eks.listPodIdentityAssociations(r -> r.clusterName("dev").maxResults(101)));
        assertThrows(
                InvalidParameterException.class,
                () -> eks.listPodIdentityAssociations(r -> r.clusterName("dev").nextToken("x")));
    }

    @Test
    void knowsItsClustersOnly() {
        assertThatThrownBy(() -> eks.listPodIdentityAssociations(r -> r.clusterName("other")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("No cluster found for name: other.");
    }

    @Test
    void leavesAnUnfinishedEditAlone() throws IOException {
        create("orders");
        String broken = Files.readString(file) + "  - cluster: [\n";
        Files.writeString(file, broken);

        assertThatThrownBy(() -> create("billing"))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("line ");
        assertThat(file).hasContent(broken);
    }

    /** A ConfigMap's, such as. SDKs ask a server that failed again and again. */
    @Test
    void saysThatAReadOnlyFileIsToBeChangedElsewhere() throws IOException {
        String id = create("orders");
        try (var _ = ReadOnlyFolder.of(folder)) {
            for (Executable change :
                    List.<Executable>of(
                            () -> create("billing"),
                            () -> delete(id),
                            () ->
                                    eks.updatePodIdentityAssociation(
                                            r ->
                                                    r.clusterName("dev")
                                                            .associationId(id)
                                                            .roleArn(OwnAuth.role("new"))))) {
                assertThat(assertThrows(InvalidRequestException.class, change))
                        .hasMessageContaining(file + " is read-only");
            }
            assertThat(describe(id).roleArn()).isEqualTo(OwnAuth.role("orders"));
        }
    }

    @Test
    void keepsTheCommentAtTheTopOfTheFile() throws IOException {
        Files.writeString(file, "# Ask the platform team.\n\nassociations: []\n");

        create("orders");

        assertThat(Files.readString(file))
                .startsWith("# Ask the platform team.\n\nassociations:\n");
    }

    @Test
    void losesNothingOfWhatManyCreateAtOnce() throws Exception {
        try (ServedAuth other = ServedAuth.open(file, CLOCK);
                EksClient client = OwnAuth.eks(other.endpoint(), "anybody", "anything-at-all");
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> tasks =
                    IntStream.range(0, 60)
                            .<Callable<String>>mapToObj(
                                    i -> () -> create(i % 2 == 0 ? eks : client, "sa-" + i))
                            .toList();
            for (var created : threads.invokeAll(tasks)) {
                assertThat(created.get()).startsWith("a-");
            }
        }

        assertThat(eks.listPodIdentityAssociations(r -> r.clusterName("dev")).associations())
                .hasSize(60);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                            | InvalidParameterException",
                "{\"namespace\": 1}            | InvalidParameterException",
                "{\"tags\": []}                | InvalidParameterException",
                "{\"namespace\":\"a\",\"serviceAccount\":\"b\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\",\"policy\":\"no\"} | InvalidParameterException",
            })
    void answersBadBodiesWithTypedErrors(String body, String type) throws Exception {
        HttpResponse<String> answer = post(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
    }

    @Test
    void policyIsTakenWithoutSessionTagsOnlyAsByEks() throws Exception {
        String body =
                "{\"namespace\":\"shop\",\"serviceAccount\":\"orders\",\"roleArn\":\"%s\",\"policy\":\"{}\"%s}";
        String disabled = ",\"disableSessionTags\":true";

        assertInvalidParameter(post(body.formatted(OwnAuth.role("orders"), "")));
        HttpResponse<String> created = post(body.formatted(OwnAuth.role("orders"), disabled));

        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        String id =
                new JsonObject(created.body())
                        .getJsonObject("association")
                        .getString("associationId");
        assertInvalidParameter(post("/" + id, "{\"disableSessionTags\":false}"));
        assertThat(post("/" + id, "{\"policy\":\"\",\"disableSessionTags\":false}").statusCode())
                .isEqualTo(200);
    }

    private static void assertInvalidParameter(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                .hasValue("InvalidParameterException");
        assertThat(answer.body()).contains("policy needs disableSessionTags");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Host: 127.0.0.1:PORT | Content-Type: text/plain",
                "Host: 127.0.0.1:PORT | Content-Type: application/x-www-form-urlencoded",
                "Host: 127.0.0.1:PORT | Content-Type: application/jsonp",
                "Host: 127.0.0.1:PORT | X-None: of the type",
                "Host: evil.example.com:PORT | Content-Type: application/json",
                "Host: 127.0.0.1.evil.example.com | Content-Type: application/json",
                "Host: localhost.evil.example.com | Content-Type: application/json",
                "Host: 169.254.170.23 | Content-Type: application/json",
                "Host: [2001:db8::1] | Content-Type: application/json",
                "X-None: no host | Content-Type: application/json",
                "Host: 127.0.0.1:PORT | Content-Type: application/json\\r\\nOrigin: http://evil",
                "Host: 127.0.0.1:PORT | Content-Type: application/json\\r\\nOrigin: null",
                "Host: 127.0.0.1:PORT | Content-Type: application/json\\r\\nSec-Fetch-Site: same-site",
            })
    void pageInABrowserChangesNothing(String host, String type) throws IOException {
        assertThat(statusOf(host, type)).isBetween(400, 403);
        assertThat(eks.listPodIdentityAssociations(r -> r.clusterName("dev")).associations())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Host: 127.0.0.1:PORT | Content-Type: application/json",
                "Host: 127.0.0.1 | Content-Type: application/json; charset=utf-8",
                "Host: LOCALHOST:PORT | Content-Type: application/json",
                "Host: [::1]:PORT | Content-Type: application/x-amz-json-1.1",
                "Host: 127.9.8.7:PORT | Content-Type: application/json",
            })
    void programOfThisMachineMayCall(String host, String type) throws IOException {
        assertThat(statusOf(host, type)).isEqualTo(200);
    }

    /**
     * What comes of a creation with these lines in its header, {@code PORT} being the service's.
     */
    private int statusOf(String... lines) throws IOException {
        int port = served.endpoint().getPort();
        String body =
                "{\"namespace\":\"*\",\"serviceAccount\":\"*\",\"roleArn\":\"%s\"}"
                        .formatted(OwnAuth.role("Admin"));
        String header =
                String.join("\r\n", lines)
                        .replace("PORT", String.valueOf(port))
                        .replace("\\r\\n", "\r\n");
        try (RawConnection connection = new RawConnection("127.0.0.1", port)) {
            return connection
                    .send(
                            "POST /clusters/dev/pod-identity-associations HTTP/1.1\r\n"
                                    + header
                                    + "\r\nContent-Length: "
                                    + body.length()
                                    + "\r\n\r\n"
                                    + body)
                    .read("POST")
                    .status();
        }
    }

    @Test
    void answersAMegabyteWithATypedError() throws Exception {
        HttpResponse<String> answer = post("{\"namespace\":\"" + "a".repeat(1_000_000) + "\"}");

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                .hasValue("InvalidRequestException");
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return post("", body);
    }

    private HttpResponse<String> post(String below, String body)
            throws IOException, InterruptedException {
        URI uri = served.endpoint().resolve("/clusters/dev/pod-identity-associations" + below);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private String create(String name) {
        return create(eks, name);
    }

    private static String create(EksClient client, String name) {
        return client.createPodIdentityAssociation(r -> request(r, name))
                .association()
                .associationId();
    }

    private static CreatePodIdentityAssociationRequest.Builder request(
            CreatePodIdentityAssociationRequest.Builder builder, String name) {
        return builder.clusterName("dev")
                .namespace("shop")
                .serviceAccount(name)
                .roleArn(OwnAuth.role(name));
    }

    private PodIdentityAssociation describe(String id) throws EksException {
        return eks.describePodIdentityAssociation(r -> r.clusterName("dev").associationId(id))
                .association();
    }

    private PodIdentityAssociation delete(String id) {
        return eks.deletePodIdentityAssociation(r -> r.clusterName("dev").associationId(id))
                .association();
    }

    private static List<String> ids(List<PodIdentityAssociationSummary> associations) {
        return associations.stream().map(PodIdentityAssociationSummary::associationId).toList();
    }
}
