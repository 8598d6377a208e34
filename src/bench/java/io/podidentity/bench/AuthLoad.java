package io.podidentity.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.harness.LocalStack;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Exchanges a second of the packaged {@code auth}, signatures and tokens verified, against
 * LocalStack's bare AssumeRole; and on an STS that answers at once, which shows the service alone.
 */
public final class AuthLoad {

    private static final Duration WARM = Duration.ofSeconds(10);
    private static final Duration MEASURE = Duration.ofSeconds(10);
    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);

    private AuthLoad() {}

    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        URI canned = URI.create("http://127.0.0.1:" + canned(vertx));
        System.out.printf(
                "%-34s %11s %10s %8s %8s%n", "", "connections", "a second", "p50 ms", "p99 ms");
        try (LocalStack localstack = LocalStack.start()) {
            URI sts = localstack.endpoint();
            measure("LocalStack's AssumeRole", sts.getPort(), assumeRole());
            auth("auth on LocalStack", sts);
            auth("auth on an STS that answers at once", canned);
            twoReplicas(canned);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void auth(String name, URI sts) throws Exception {
        try (OwnAuth auth = start(sts)) {
            measure(name, auth.endpoint().getPort(), exchange(auth.endpoint()));
        }
    }

    /** Side by side, each with a load of its own, on the processors of one machine. */
    private static void twoReplicas(URI sts) throws Exception {
        try (OwnAuth first = start(sts);
                OwnAuth second = start(sts);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<HttpLoad> loads =
                    Stream.of(first, second)
                            .map(
                                    auth ->
                                            new HttpLoad(
                                                    auth.endpoint().getPort(),
                                                    exchange(auth.endpoint()),
                                                    CONNECTIONS.getLast() / 2))
                            .toList();
            var _ = together(loads, WARM, threads);
            System.out.printf(
                    "%-34s %11d %10.0f%n",
                    "two replicas of it", CONNECTIONS.getLast(), together(loads, MEASURE, threads));
        }
    }

    /** How many a second. */
    private static double together(List<HttpLoad> loads, Duration time, ExecutorService threads)
            throws Exception {
        List<Callable<HttpLoad.Result>> runs =
                loads.stream()
                        .<Callable<HttpLoad.Result>>map(load -> () -> load.run(time))
                        .toList();
        double sum = 0;
        for (Future<HttpLoad.Result> each : threads.invokeAll(runs)) {
            sum += each.get().perSecond();
        }
        return sum;
    }

    private static OwnAuth start(URI sts) throws Exception {
        Path folder = Files.createTempDirectory("auth-load");
        Files.writeString(
                folder.resolve("associations.yaml"),
                """
                associations:
                  - cluster: dev
                    namespace: shop
                    serviceAccount: orders
                    roleArn: %s
                """
                        .formatted(OwnAuth.role("orders")));
        return OwnAuth.start(folder, sts);
    }

    private static void measure(String name, int port, String request) throws Exception {
        var _ = new HttpLoad(port, request, CONNECTIONS.getLast()).run(WARM);
        for (int connections : CONNECTIONS) {
            HttpLoad.Result result = new HttpLoad(port, request, connections).run(MEASURE);
            System.out.printf(
                    "%-34s %11d %10.0f %8.1f %8.1f%n",
                    name, connections, result.perSecond(), result.millis(0.5), result.millis(0.99));
        }
    }

    /** Signed once: a signature is good for five minutes. */
    private static String exchange(URI endpoint) {
        String token = TestTokens.at(Instant.now().minusSeconds(60)).sign();
        String body = "{\"token\":\"" + token + "\"}";
        URI uri = endpoint.resolve("/clusters/dev/assume-role-for-pod-identity");
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(uri)
                        .putHeader("Content-Type", "application/json")
                        .build();
        AwsBasicCredentials node =
                AwsBasicCredentials.create("ASIASIGNINGKEYOFNODE", PackagedAgent.SIGNING_SECRET);
        Map<String, List<String>> headers =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(node)
                                                .request(request)
                                                .payload(
                                                        () ->
                                                                new ByteArrayInputStream(
                                                                        body.getBytes(UTF_8)))
                                                .putProperty(
                                                        AwsV4HttpSigner.SERVICE_SIGNING_NAME,
                                                        "eks-auth")
                                                .putProperty(
                                                        AwsV4HttpSigner.REGION_NAME, "eu-west-1"))
                        .request()
                        .headers();
        return text(uri.getPath(), headers, body);
    }

    /** What the service asks STS for, asked by hand; LocalStack looks at no signature. */
    private static String assumeRole() {
        Map<String, String> form = new TreeMap<>();
        form.put("Action", "AssumeRole");
        form.put("Version", "2011-06-15");
        form.put("RoleArn", OwnAuth.role("orders"));
        form.put("RoleSessionName", "eks-dev-orders-0");
        form.put("DurationSeconds", "21600");
        for (int i = 1; i <= 6; i++) {
            form.put("Tags.member." + i + ".Key", "kubernetes-tag-" + i);
            form.put("Tags.member." + i + ".Value", "value-" + i);
            form.put("TransitiveTagKeys.member." + i, "kubernetes-tag-" + i);
        }
        String body =
                form.entrySet().stream()
                        .map(
                                each ->
                                        each.getKey()
                                                + "="
                                                + URLEncoder.encode(each.getValue(), UTF_8))
                        .collect(Collectors.joining("&"));
        String scope = "test/20260101/eu-west-1/sts/aws4_request";
        return text(
                "/",
                Map.of(
                        "Host",
                        List.of("127.0.0.1"),
                        "Content-Type",
                        List.of("application/x-www-form-urlencoded; charset=utf-8"),
                        "Authorization",
                        List.of(
                                "AWS4-HMAC-SHA256 Credential="
                                        + scope
                                        + ", SignedHeaders=host, Signature="
                                        + "0".repeat(64))),
                body);
    }

    private static String text(String path, Map<String, List<String>> headers, String body) {
        return "POST "
                + path
                + " HTTP/1.1\r\n"
                + headers.entrySet().stream()
                        .map(each -> each.getKey() + ": " + each.getValue().getFirst() + "\r\n")
                        .collect(Collectors.joining())
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    private static int canned(Vertx vertx) {
        String answer =
                """
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
                <Credentials><AccessKeyId>ASIACANNED</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
                <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
                <AssumedRoleUser><Arn>arn:aws:sts::000000000000:assumed-role/orders/s</Arn>
                <AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>
                """;
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(
                                request ->
                                        request.response()
                                                .putHeader("Content-Type", "text/xml")
                                                .end(answer));
        return server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }
}
