package io.podidentity.outbound;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection, for one exchange at a time. */
final class Connection {

    /** A connection has three buffers, and calls and answers are smaller than one. */
    private static final int BUFFER = 4 * 1024;

    private static final Http1Config LIMITS =
            Http1Config.custom()
                    .setBufferSize(BUFFER)
                    .setMaxLineLength(16 * 1024)
                    .setMaxHeaderCount(100)
                    .build();
    private static final HttpRequestExecutor EXCHANGES = new HttpRequestExecutor();

    private static final Timeout CHECK_TIMEOUT = Timeout.ofMilliseconds(1);
    private static final Set<String> BODILESS = Set.of("GET", "HEAD");

    /** Room for some five hundred keys; credentials need a hundredth. */
    private static final int MAX_BYTES = 256 * 1024;

    private final DefaultBHttpClientConnection http =
            new DefaultBHttpClientConnection(
                    LIMITS, null, null, null, null, null, limits -> new Parser(limits));
    private final Socket socket;
    private final Socket raw;
    private final @Nullable Proxy proxy;
    private @Nullable SessionInputBuffer buffer;
    private boolean reusable = true;
    private long lastUsedNanos = System.nanoTime();

    /**
     * @param raw the socket below TLS, of a channel; closed without TLS close_notify
     * @param proxy the proxy at the other end, which gets absolute URLs; null for a server or a
     *     tunnel
     */
    Connection(Socket socket, Socket raw, @Nullable Proxy proxy) throws IOException {
        this.socket = socket;
        this.raw = raw;
        this.proxy = proxy;
        if (socket instanceof SSLSocket secured) {
            http.bind(secured, raw);
        } else {
            http.bind(socket);
        }
    }

    /** The server's certificate; empty without TLS. */
    Optional<X509Certificate> peer() {
        SSLSession session = http.getSSLSession();
        try {
            return session != null
                            && session.getPeerCertificates()[0] instanceof X509Certificate shown
                    ? Optional.of(shown)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /**
     * Sends a call and reads the answer.
     *
     * @throws IOException if no response head arrives
     */
    HttpAnswer exchange(HttpCall call) throws IOException {
        reusable = false;
        long startNanos = System.nanoTime();
        ClassicHttpRequest request = request(call);
        HttpCoreContext context = HttpCoreContext.create();
        try {
            ClassicHttpResponse response = EXCHANGES.execute(request, http, context);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            IOException broken = null;
            try {
                read(response.getEntity(), body, startNanos);
                reusable = EXCHANGES.keepAlive(request, response, http, context) && !saysMore();
            } catch (IOException e) {
                broken = e;
            }
            return new HttpAnswer(
                    response.getCode(),
                    headers(response),
                    body.toString(StandardCharsets.UTF_8),
                    broken);
        } catch (HttpException e) {
            throw new IOException("the answer is not HTTP: " + e.getMessage(), e);
        } finally {
            lastUsedNanos = System.nanoTime();
        }
    }

    /** Opens a CONNECT tunnel. */
    static void tunnel(Socket socket, Destination to, Proxy proxy) throws IOException {
        Connection connection = new Connection(socket, socket, null);
        BasicClassicHttpRequest request =
                new BasicClassicHttpRequest("CONNECT", host(to), to.authority());
        request.setHeader("Host", to.authority());
        if (proxy.authorization() != null) {
            request.setHeader("Proxy-Authorization", proxy.authorization());
        }
        try {
            ClassicHttpResponse response =
                    EXCHANGES.execute(request, connection.http, HttpCoreContext.create());
            if (response.getCode() / 100 != 2) {
                throw new IOException(
                        "proxy %s answers with status %d%s"
                                .formatted(
                                        proxy,
                                        response.getCode(),
                                        response.getCode() == 407
                                                ? ": its URL needs a user and password that it"
                                                        + " accepts"
                                                : ""));
            }
        } catch (HttpException e) {
            throw new IOException("proxy " + proxy + " does not speak HTTP", e);
        }
    }

    boolean reusable() {
        return reusable;
    }

    /** When it was last used, by the system's nano time. */
    long lastUsedNanos() {
        return lastUsedNanos;
    }

    /** Whether the other end has closed it, or sent unexpected data. */
    boolean stale() {
        try {
            // A wait, and an exception at its end, only for what may be a message of TLS itself.
            return raw.getInputStream().available() > 0
                    ? http.isStale() || http.isDataAvailable(CHECK_TIMEOUT)
                    : ended(raw.getChannel());
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean ended(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        boolean ended = channel.read(ByteBuffer.allocate(1)) != 0;
        channel.configureBlocking(true);
        return ended;
    }

    /** Unexpected data would be taken for the next response. */
    private boolean saysMore() {
        try {
            return (buffer != null && buffer.length() > 0)
                    || socket.getInputStream().available() > 0
                    || stale();
        } catch (IOException e) {
            return true;
        }
    }

    void close() {
        http.close(CloseMode.IMMEDIATE);
    }

    private ClassicHttpRequest request(HttpCall call) {
        Destination to = Destination.of(call.uri());
        String path = call.uri().getRawPath();
        String query = call.uri().getRawQuery();
        String target = (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
        BasicClassicHttpRequest request =
                new BasicClassicHttpRequest(call.method(), host(to), target);
        request.setAbsoluteRequestUri(proxy != null);
        request.setHeader("Host", call.uri().getRawAuthority());
        call.headers()
                .forEach((name, values) -> values.forEach(one -> request.addHeader(name, one)));
        if (proxy != null && proxy.authorization() != null) {
            request.setHeader("Proxy-Authorization", proxy.authorization());
        }
        if (!BODILESS.contains(call.method())) {
            byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
            request.setHeader("Content-Length", String.valueOf(body.length));
            request.setEntity(new ByteArrayEntity(body, null));
        }
        return request;
    }

    private static HttpHost host(Destination to) {
        return new HttpHost(to.secure() ? "https" : "http", to.host(), to.port());
    }

    private void read(@Nullable HttpEntity entity, ByteArrayOutputStream body, long startNanos)
            throws IOException {
        if (entity == null) {
            return;
        }
        InputStream in = entity.getContent();
        byte[] part = new byte[1024];
        long timeout = http.getSocketTimeout().toNanoseconds();
        for (int length = in.read(part); length >= 0; length = in.read(part)) {
            body.write(part, 0, length);
            if (body.size() > MAX_BYTES) {
                throw new IOException("the document exceeds " + MAX_BYTES + " bytes");
            }
            // The read time-out alone does not stop a slow drip.
            if (System.nanoTime() - startNanos > timeout) {
                throw new SocketTimeoutException("the answer does not end");
            }
        }
    }

    private static Map<String, List<String>> headers(ClassicHttpResponse response) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header each : response.getHeaders()) {
            headers.computeIfAbsent(each.getName(), name -> new ArrayList<>()).add(each.getValue());
        }
        return headers;
    }

    /** Shows what was read ahead. */
    private final class Parser extends DefaultHttpResponseParser {

        Parser(Http1Config limits) {
            super(limits);
        }

        @Override
        public ClassicHttpResponse parse(SessionInputBuffer ahead, InputStream in)
                throws IOException, HttpException {
            buffer = ahead;
            return super.parse(ahead, in);
        }
    }
}
