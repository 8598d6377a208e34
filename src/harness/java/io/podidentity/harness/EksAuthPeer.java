package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.auth.associations.Associations.Lookup;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.exchange.DevelopmentSessions;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.auth.server.AuthEvents;
import io.podidentity.auth.server.AuthParts;
import io.podidentity.auth.server.AuthService;
import io.podidentity.auth.server.AuthServiceSettings;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * EKS Auth on a loopback port: our own service, which believes {@link TestKeys#RSA} and gives every
 * service account of namespace {@code shop} a role, behind a server that answers otherwise for the
 * service accounts it is told to.
 */
public final class EksAuthPeer implements AutoCloseable {

    public static final String ACCOUNT = "123456789012";
    public static final String REQUEST_ID = "8a8c6f5e-0000-4000-8000-000000000001";

    static {
        // Without it each answer waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ConcurrentMap<String, Answer> scripted = new ConcurrentHashMap<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final URI real;

    private EksAuthPeer(Duration lifetime) {
        try {
            real = URI.create("http://127.0.0.1:" + realService(lifetime));
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
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
        return new EksAuthPeer(lifetime);
    }

    /** What the agent's {@code --endpoint} must be. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** From now on answers calls with tokens of this service account so. */
    public EksAuthPeer answer(String serviceAccount, Answer answer) {
        scripted.put(serviceAccount, answer);
        return this;
    }

    /** From now on answers tokens of this service account as EKS Auth does. */
    public EksAuthPeer answerAsEksAuth(String serviceAccount) {
        scripted.remove(serviceAccount);
        return this;
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
        server.stop(0);
        threads.shutdownNow();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void handle(HttpExchange exchange) throws IOException {
        // Vert.x looks for its JSON there, and under @QuarkusTest the thread's own is another.
        Thread.currentThread().setContextClassLoader(EksAuthPeer.class.getClassLoader());
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String token = token(body);
            String serviceAccount = serviceAccount(token);
            calls.add(
                    new Call(
                            serviceAccount,
                            token,
                            exchange.getRequestURI().getPath(),
                            Map.copyOf(exchange.getRequestHeaders())));
            exchange.getResponseHeaders().set("x-amzn-RequestId", REQUEST_ID);
            Answer answer = scripted.get(serviceAccount);
            if (answer == null) {
                forward(exchange, body);
            } else {
                answer.to(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String token(byte[] body) {
        return body.length == 0 ? "" : new JsonObject(new String(body, UTF_8)).getString("token");
    }

    private static String serviceAccount(String token) {
        return new TokenReader(Clock.systemUTC()).read(token) instanceof Current current
                ? String.valueOf(current.token().serviceAccount())
                : "";
    }

    private void forward(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                client.send(
                        HttpRequest.newBuilder(real.resolve(exchange.getRequestURI()))
                                .header(
                                        "Content-Type",
                                        String.valueOf(
                                                exchange.getRequestHeaders()
                                                        .getFirst("Content-Type")))
                                .method(
                                        exchange.getRequestMethod(),
                                        BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofByteArray());
        answer.headers()
                .map()
                .forEach(
                        (name, values) -> {
                            if (!name.equalsIgnoreCase("content-length")) {
                                exchange.getResponseHeaders().put(name, values);
                            }
                        });
        send(exchange, answer.statusCode(), answer.body());
    }

    private int realService(Duration lifetime) throws IOException {
        Clock clock = Clock.systemUTC();
        String region = "eu-west-1";
        TokenVerifier verifier =
                new JwtTokenVerifier(
                        KeySet.parse(TestKeys.jwks(TestKeys.RSA)),
                        new TokenRules(TestTokens.ISSUER, Set.of(TokenRules.EKS_AUDIENCE)),
                        clock);
        AuthService service =
                new AuthService(
                        vertx,
                        AuthServiceSettings.local("127.0.0.1", 0, region),
                        new AuthParts(
                                new Exchange(
                                        cluster -> verifier,
                                        EksAuthPeer::find,
                                        new DevelopmentSessions(lifetime, clock, new Random(1)),
                                        clock),
                                new AssociationsApi(
                                        Set.of(),
                                        new AssociationsFile(Path.of("none")),
                                        region,
                                        clock),
                                new LocalCallers("127.0.0.1"),
                                AuthEvents.NONE),
                        threads);
        return service.start().toCompletableFuture().join();
    }

    private static Lookup find(String cluster, String namespace, String serviceAccount) {
        return namespace.equals("shop")
                ? new Lookup.Found(
                        RoleAssociation.of(
                                new Subject(cluster, namespace, serviceAccount),
                                "arn:aws:iam::" + ACCOUNT + ":role/" + serviceAccount))
                : new Lookup.None();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
    }

    /** One call. */
    public record Call(
            String serviceAccount, String token, String path, Map<String, List<String>> headers) {}

    /** How a call is answered. */
    @FunctionalInterface
    public interface Answer {

        void to(HttpExchange exchange) throws IOException, InterruptedException;

        /** An error as AWS writes it. */
        static Answer error(int status, String type, String message) {
            return exchange -> {
                exchange.getResponseHeaders().set("x-amzn-ErrorType", type);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                send(
                        exchange,
                        status,
                        new JsonObject().put("message", message).encode().getBytes(UTF_8));
            };
        }

        /** Any status and body. */
        static Answer of(int status, String contentType, String body) {
            return exchange -> {
                exchange.getResponseHeaders().set("Content-Type", contentType);
                send(exchange, status, body.getBytes(UTF_8));
            };
        }

        /** Status 200 and a body that says it is JSON. */
        static Answer json(String body) {
            return of(200, "application/json", body);
        }

        /** Closes the connection in the middle of the answer. */
        static Answer brokenOff() {
            return exchange -> {
                exchange.sendResponseHeaders(200, 500);
                exchange.getResponseBody().write("{\"credentials\":".getBytes(UTF_8));
                exchange.getResponseBody().flush();
                throw new IOException("broken off on purpose");
            };
        }

        /** Never answers; the connection stays open as long as the peer. */
        static Answer silence() {
            return exchange -> new CountDownLatch(1).await();
        }

        /** Waits for a latch before it answers. */
        static Answer after(CountDownLatch latch, Answer answer) {
            return exchange -> {
                latch.await();
                answer.to(exchange);
            };
        }
    }
}
