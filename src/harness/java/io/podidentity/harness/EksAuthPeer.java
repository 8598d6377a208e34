package io.podidentity.harness;

import io.podidentity.auth.associations.Associations.Lookup;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * EKS Auth on a loopback port: our own service, which believes {@link TestKeys#RSA} and gives every
 * service account of namespace {@code shop} a role, behind a server that answers otherwise for the
 * service accounts it is told to.
 */
public final class EksAuthPeer implements AutoCloseable {

    public static final String ACCOUNT = "123456789012";

    private final ConcurrentMap<String, Answer> scripted = new ConcurrentHashMap<>();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpPeer peer = new HttpPeer().answer(this::answer);
    private final ServedAuth service;

    private EksAuthPeer(String jwks, @Nullable String issuer, Duration lifetime) {
        service = ServedAuth.ofAnyCluster(jwks, issuer, EksAuthPeer::find, lifetime);
        warmUp();
    }

    /** Cold, the first exchange takes longer than the agent waits. */
    private void warmUp() {
        String token = TestTokens.at(Instant.now()).sign();
        HttpRequest request =
                HttpRequest.newBuilder(
                                endpoint().resolve("/clusters/dev/assume-role-for-pod-identity"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
                        .build();
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IllegalStateException("the peer itself answers " + status);
            }
            calls.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts, with credentials that live as long as those of EKS. */
    public static EksAuthPeer start() {
        return start(Duration.ofHours(6));
    }

    /** Starts, with credentials that live this long. */
    public static EksAuthPeer start(Duration lifetime) {
        return new EksAuthPeer(TestKeys.jwks(TestKeys.RSA), TestTokens.ISSUER, lifetime);
    }

    /** Starts one that believes a real cluster's keys too, whatever issuer its tokens name. */
    public static EksAuthPeer start(String jwks) {
        return new EksAuthPeer(TestKeys.jwksAmong(jwks, TestKeys.RSA), null, Duration.ofHours(6));
    }

    /** What the agent's {@code --endpoint} must be. */
    public URI endpoint() {
        return peer.address();
    }

    /** From now on answers calls with tokens of this service account so. */
    public EksAuthPeer answer(String serviceAccount, Answer answer) {
        scripted.put(serviceAccount, answer);
        return this;
    }

    /** From now on answers tokens of this service account as EKS Auth does. */
    public void answerAsEksAuth(String serviceAccount) {
        scripted.remove(serviceAccount);
    }

    /** The calls so far with tokens of a service account. */
    public List<Call> calls(String serviceAccount) {
        return calls.stream().filter(call -> call.serviceAccount().equals(serviceAccount)).toList();
    }

    /** All calls so far. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void close() {
        peer.close();
        client.close();
        service.close();
    }

    private boolean answer(Request request, OutputStream out)
            throws IOException, InterruptedException {
        // Vert.x looks for its JSON there, and under @QuarkusTest the thread's own is another.
        Thread.currentThread().setContextClassLoader(EksAuthPeer.class.getClassLoader());
        String token =
                request.body().isEmpty() ? "" : new JsonObject(request.body()).getString("token");
        String serviceAccount = serviceAccount(token);
        if (!request.method().equals("HEAD")) { // The warm-up's, which opens a connection.
            calls.add(new Call(serviceAccount, token, request.header("Authorization")));
        }
        Answer answer = scripted.getOrDefault(serviceAccount, this::forward);
        return answer.to(request, out);
    }

    private static String serviceAccount(String token) {
        return new TokenReader(Clock.systemUTC()).read(token) instanceof Current current
                ? String.valueOf(current.token().serviceAccount())
                : "";
    }

    private boolean forward(Request request, OutputStream out)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(service.endpoint().resolve(request.target()))
                                .header("Content-Type", request.header("Content-Type"))
                                .method(request.method(), BodyPublishers.ofString(request.body()))
                                .build(),
                        BodyHandlers.ofString());
        String[] headers =
                answer.headers().map().entrySet().stream()
                        .filter(header -> !header.getKey().equalsIgnoreCase("Content-Length"))
                        .map(header -> header.getKey() + ": " + header.getValue().getFirst())
                        .toArray(String[]::new);
        return Answer.of(answer.statusCode(), answer.body(), headers).to(request, out);
    }

    private static Lookup find(String cluster, String namespace, String serviceAccount) {
        return namespace.equals("shop")
                ? new Lookup.Found(
                        RoleAssociation.of(
                                new Subject(cluster, namespace, serviceAccount),
                                "arn:aws:iam::" + ACCOUNT + ":role/" + serviceAccount))
                : new Lookup.None();
    }

    /**
     * One call.
     *
     * @param authorization the header
     */
    public record Call(String serviceAccount, String token, String authorization) {}
}
