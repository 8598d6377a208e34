package io.podidentity.auth.sts;

import io.podidentity.harness.FreePorts;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** An STS that answers as it is told, and the settings of an application that asks it. */
public final class StsPeer implements QuarkusTestResourceLifecycleManager {

    private static final Map<String, String> SDK =
            Map.of(
                    "aws.region", "eu-west-1",
                    "aws.accessKeyId", "AKIASERVICE",
                    "aws.secretAccessKey", "secret-of-the-service",
                    "aws.maxAttempts", "1");

    private final Vertx vertx = Vertx.vertx();
    private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** How the next calls are answered; those after them with a session. */
    void answer(Integer... next) {
        calls.clear();
        statuses.clear();
        statuses.addAll(List.of(next));
    }

    List<String> calls() {
        return calls;
    }

    @Override
    public Map<String, String> start() {
        SDK.forEach(System::setProperty);
        HttpServer server =
                vertx.createHttpServer()
                        .requestHandler(this::answer)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.sts.endpoint-override", "http://127.0.0.1:" + server.actualPort());
        settings.put("agent.cluster-name", "dev");
        settings.put("agent.endpoint", "http://127.0.0.1:9");
        settings.put("agent.bind-hosts", "127.0.0.1");
        settings.put("agent.metrics-address", "127.0.0.1");
        for (String port : List.of("agent.port", "agent.probe-port", "agent.metrics-port")) {
            settings.put(port, String.valueOf(FreePorts.next()));
        }
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(StsPeer.class));
    }

    @Override
    public void stop() {
        SDK.keySet().forEach(System::clearProperty);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void answer(HttpServerRequest request) {
        request.body()
                .onSuccess(
                        body -> {
                            calls.add(body.toString());
                            Integer status = statuses.poll();
                            request.response()
                                    .setStatusCode(status == null ? 200 : status)
                                    .putHeader("Content-Type", "text/xml")
                                    .end(status == null ? session() : error(status));
                        });
    }

    private static String error(int status) {
        String code =
                status == 403 ? "AccessDenied" : status == 400 ? "Throttling" : "InternalFailure";
        return "<ErrorResponse><Error><Code>%s</Code><Message>words</Message></Error></ErrorResponse>"
                .formatted(code);
    }

    private static String session() {
        return """
        <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAPEER</AccessKeyId>
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>
        <Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>AROA:s</AssumedRoleId>
        </AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>
        """;
    }
}
