package io.podidentity.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.BlackHole;
import io.podidentity.harness.Door;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.ProxyPeer;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TlsFront;
import io.podidentity.tls.Trust;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpClientTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir static Path folder;
    private static TestAuthority authority;
    private static Trust trust;

    @BeforeAll
    static void trustTheAuthority() throws Exception {
        authority = TestAuthority.in(folder);
        trust = Trust.rotated(authority.pem());
    }

    @Test
    void sendsHeadersAndBodyAndReadsTheAnswer() throws Exception {
        try (HttpPeer server = new HttpPeer().on("POST /a/b%20c?d=e%2F", "answer");
                HttpClient client = client(Proxies.NONE)) {
            HttpAnswer answer =
                    client.send(
                            new HttpCall(
                                    "POST",
                                    server.address().resolve("/a/b%20c?d=e%2F"),
                                    Map.of("X-Two", List.of("1", "2")),
                                    "question"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.read()).isEqualTo("answer");
            Map<String, List<String>> headers = server.requests().getFirst().headers();
            assertThat(headers.get("X-two")).containsExactly("1", "2");
            assertThat(headers.get("Host")).containsExactly(server.address().getAuthority());
            assertThat(headers.get("Content-length")).containsExactly("8");
        }
    }

    /** There are two carriers of virtual threads, and what is trusted may be in a file. */
    @Test
    void trustIsReadOnAPlatformThread() throws Exception {
        AtomicReference<Thread> reader = new AtomicReference<>();
        Trust watched =
                () -> {
                    reader.set(Thread.currentThread());
                    return trust.context();
                };
        try (HttpPeer server = new HttpPeer(authority).on("GET /", "answer");
                HttpClient client = new HttpClient(Proxies.NONE, watched, LONG, LONG)) {
            FutureTask<Integer> call =
                    new FutureTask<>(
                            () ->
                                    client.send(new HttpCall("GET", server.address(), Map.of(), ""))
                                            .status());
            Thread.ofVirtual().start(call);
            assertThat(call.get()).isEqualTo(200);
        }
        assertThat(reader.get().isVirtual()).isFalse();
    }

    /** Whoever never answers a handshake keeps its turn, but nobody else's. */
    @Test
    void handshakesThatHangHoldNobodyUp() throws Exception {
        int each = 32;
        List<Closeable> silent = new ArrayList<>();
        try (HttpPeer server = new HttpPeer(authority).on("GET /", "answer");
                HttpClient client =
                        new HttpClient(Proxies.NONE, trust, LONG, Duration.ofMinutes(5))) {
            for (int i = 0; i <= Connector.handshakes() / each; i++) {
                ServerSocket hangs =
                        new ServerSocket(0, 2 * each, InetAddress.getLoopbackAddress());
                silent.add(hangs);
                URI uri = URI.create("https://127.0.0.1:" + hangs.getLocalPort() + "/");
                HttpCall call = new HttpCall("GET", uri, Map.of(), "");
                for (int number = 0; number < each; number++) {
                    Thread.ofVirtual().start(new FutureTask<>(() -> client.send(call)));
                }
                for (int number = 0; number < each; number++) {
                    silent.add(hangs.accept());
                }
            }

            assertThat(client.send(new HttpCall("GET", server.address(), Map.of(), "")).status())
                    .isEqualTo(200);
        } finally {
            for (Closeable socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void oneConnectionServesCallAfterCall() throws Exception {
        try (HttpPeer server = new HttpPeer().on("GET /", "answer");
                Door door = new Door("127.0.0.1", 0, server.port());
                HttpClient client = client(Proxies.NONE)) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(get(door.port())).status()).isEqualTo(200);
            }
            assertThat(door.opened()).isEqualTo(1);
        }
    }

    @Test
    void connectionThatTheServerHasClosedIsNotUsedAgain() throws Exception {
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            for (int i = 0; i < 3; i++) {
                FutureTask<Integer> call = started(() -> client.send(get(server.port())).status());
                Script.Conversation one = server.next();
                one.answer();
                assertThat(call.get()).isEqualTo(200);
                one.close();
            }
        }
    }

    /** A load balancer ends an idle connection so, and a faulty server answers too much. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCameUnaskedIsNotTakenForTheNextAnswer(boolean atOnce) throws Exception {
        String more = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            FutureTask<Integer> first = started(() -> client.send(get(server.port())).status());
            Script.Conversation one = server.next();
            one.say(Script.OK + (atOnce ? more : ""));
            assertThat(first.get()).isEqualTo(200);
            one.say(atOnce ? "" : more);

            FutureTask<Integer> second = started(() -> client.send(get(server.port())).status());
            server.next().answer();
            assertThat(second.get()).isEqualTo(200);
        }
    }

    @Test
    void waitingCallTakesTheConnectionThatAnotherIsDoneWith() throws Exception {
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            FutureTask<Integer> first = started(() -> client.send(get(server.port())).status());
            Script.Conversation only = server.next();
            try (BlackHole full = server.acceptNoMore()) {
                FutureTask<Integer> second = started(() -> client.send(get(full.port())).status());
                await().until(() -> blocked(second));
                only.answer();
                assertThat(first.get()).isEqualTo(200);
                only.read().answer();

                assertThat(second.get()).isEqualTo(200);
            }
        }
    }

    @Test
    void refusedConnectionFailsNobodyWhileAnotherStands() throws Exception {
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            FutureTask<Integer> first = started(() -> client.send(get(server.port())).status());
            Script.Conversation only = server.next();
            server.door.close();
            FutureTask<Integer> second = started(() -> client.send(get(server.port())).status());
            await().until(() -> blocked(second));
            only.answer();
            assertThat(first.get()).isEqualTo(200);
            only.read().answer();

            assertThat(second.get()).isEqualTo(200);
        }
    }

    @Test
    void refusalIsToldAtOnceToAllWhereNothingStands() throws Exception {
        int gone;
        try (Script script = new Script()) {
            gone = script.port();
        }
        try (HttpClient client = client(Proxies.NONE)) {
            List<FutureTask<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(started(() -> client.send(get(gone)).status()));
            }
            for (FutureTask<Integer> call : calls) {
                assertThatThrownBy(() -> call.get(LONG.toSeconds() / 2, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .rootCause()
                        .hasMessageContaining("refused");
            }
        }
    }

    @Test
    void callThatIsGivenUpLeavesNoConnectionBehind() throws Exception {
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            HttpClient.Exchange exchange = client.exchange(get(server.port()));
            FutureTask<Integer> call = started(() -> exchange.answer().status());
            Script.Conversation one = server.next();
            exchange.abort();

            assertThatThrownBy(call::get).hasCauseInstanceOf(IOException.class);
            assertThat(one.ended()).isTrue();
        }
    }

    /** One of a Service that is gone without a word; all connections may lead to it. */
    @Test
    void whoGetsNoAnswerLeavesTheNextNoConnectionThatMayBeAsDead() throws Exception {
        try (Script server = new Script();
                HttpClient client = client(Proxies.NONE)) {
            FutureTask<Integer> first = started(() -> client.send(get(server.port())).status());
            Script.Conversation one = server.next();
            FutureTask<Integer> second = started(() -> client.send(get(server.port())).status());
            Script.Conversation other = server.next();
            other.answer();
            assertThat(second.get()).isEqualTo(200);
            one.answer();
            assertThat(first.get()).isEqualTo(200);
            HttpClient.Exchange exchange = client.exchange(get(server.port()));
            FutureTask<Integer> unanswered = started(() -> exchange.answer().status());
            one.read();
            exchange.abort();
            assertThatThrownBy(unanswered::get).hasCauseInstanceOf(IOException.class);

            FutureTask<Integer> next = started(() -> client.send(get(server.port())).status());
            server.next().answer();

            assertThat(next.get()).isEqualTo(200);
            assertThat(other.ended()).isTrue();
        }
    }

    @Test
    void silentServerIsGivenUp() throws Exception {
        try (Script server = new Script();
                HttpClient client =
                        new HttpClient(Proxies.NONE, trust, LONG, Duration.ofMillis(100))) {
            assertThatThrownBy(() -> client.send(get(server.port())))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void proxyThatWantsUserAndPasswordLeadsToATlsServer(String scheme) throws Exception {
        try (HttpPeer server = new HttpPeer().on("GET /", "answer");
                TlsFront tls = new TlsFront(authority, server.port());
                ProxyPeer proxy =
                        scheme.equals("http")
                                ? new ProxyPeer("eks-auth.test")
                                : new ProxyPeer("eks-auth.test", authority);
                HttpClient client = client(through(proxy.only("user", "p@ss"), "user:p%40ss@"))) {
            HttpAnswer answer = client.send(get("https://eks-auth.test:" + tls.port()));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(proxy.asked()).containsExactly("eks-auth.test:" + tls.port());
            assertThat(server.requests().getFirst().headers().toString())
                    .doesNotContainIgnoringCase("proxy");
        }
    }

    @Test
    void proxyIsToldTheWholeUrlOfAPlainServer() throws Exception {
        try (HttpPeer server = new HttpPeer();
                ProxyPeer proxy = new ProxyPeer("auth.test").only("user", "pass");
                HttpClient client = client(through(proxy, "user:pass@"))) {
            String url = "http://auth.test:" + server.port() + "/path?a=b";
            client.send(get(url));

            assertThat(proxy.asked()).containsExactly("GET " + url);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "user:wrong-secret@"})
    void refusalOfTheProxyIsToldWithoutThePassword(String user) throws Exception {
        try (ProxyPeer proxy = new ProxyPeer("eks-auth.test").only("user", "pass");
                HttpClient client = client(through(proxy, user))) {
            assertThatThrownBy(() -> client.send(get("https://eks-auth.test")))
                    .hasRootCauseMessage(
                            "proxy "
                                    + proxy.address()
                                    + " answers with status 407: its URL needs a user and password"
                                    + " that it accepts");
        }
    }

    @Test
    void serverOfAnotherNameIsNotBelieved() throws Exception {
        try (HttpPeer server = new HttpPeer().on("GET /", "answer");
                TlsFront tls = new TlsFront(authority, server.port());
                ProxyPeer proxy = new ProxyPeer("other.test");
                HttpClient client = client(through(proxy, ""))) {
            assertThatThrownBy(() -> client.send(get("https://other.test:" + tls.port())))
                    .hasMessageContaining("No subject alternative DNS name");
            assertThat(server.requests()).isEmpty();
        }
    }

    private static Proxies through(ProxyPeer proxy, String user) {
        String url = proxy.address().toString().replace("://", "://" + user);
        return Proxies.of(Map.of("HTTPS_PROXY", url, "HTTP_PROXY", url));
    }

    private static HttpClient client(Proxies proxies) {
        return new HttpClient(proxies, trust, LONG, LONG);
    }

    private static HttpCall get(int port) {
        return get("http://127.0.0.1:" + port + "/");
    }

    private static HttpCall get(String url) {
        URI uri = URI.create(url.endsWith("/") || url.contains("?") ? url : url + "/");
        return new HttpCall("GET", uri, Map.of(), "");
    }

    private static <T> FutureTask<T> started(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().name(name(task)).start(task);
        return task;
    }

    /** Whether a call waits, for a connection or an answer. */
    private static boolean blocked(FutureTask<?> call) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals(name(call)))
                .anyMatch(
                        each ->
                                List.of(each.getValue()).stream()
                                        .anyMatch(
                                                frame -> frame.getMethodName().equals("awaited")));
    }

    private static String name(FutureTask<?> call) {
        return call.toString().replaceFirst("\\[.*", "");
    }

    /** A server whose every step the test makes. */
    private static final class Script implements AutoCloseable {

        private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

        private final ServerSocket door;
        private final List<Conversation> all = new ArrayList<>();

        Script() throws IOException {
            door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            door.setSoTimeout((int) LONG.toMillis());
        }

        int port() {
            return door.getLocalPort();
        }

        /** The next connection, once a request has come by it. */
        Conversation next() throws IOException {
            Conversation next = new Conversation(door.accept());
            all.add(next);
            return next.read();
        }

        BlackHole acceptNoMore() throws IOException {
            return new BlackHole(door);
        }

        @Override
        public void close() throws IOException {
            door.close();
        }

        private record Conversation(Socket socket, BufferedReader in) {

            Conversation(Socket socket) throws IOException {
                this(
                        socket,
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
            }

            Conversation read() throws IOException {
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                return this;
            }

            void answer() throws IOException {
                say(OK);
            }

            void say(String text) throws IOException {
                socket.getOutputStream().write(text.getBytes(UTF_8));
            }

            boolean ended() {
                try {
                    return in.readLine() == null;
                } catch (IOException e) {
                    return true;
                }
            }

            void close() throws IOException {
                socket.close();
            }
        }
    }
}
