package io.podidentity.outbound;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 client that reads whole responses and follows no redirect. */
public final class HttpClient implements AutoCloseable {

    /**
     * Connections to one server at most, and so how many calls can run at once. Each costs some 50
     * KB and a handshake, and more would not pay.
     */
    public static final int MAX_CONNECTIONS = 192;

    private final Connector connector;
    private final Pool pool;

    /**
     * @param connect time-out to resolve the name and connect, without the TLS handshake
     * @param read time-out for a response, and for a free connection
     */
    public HttpClient(Proxies proxies, Trust trust, Duration connect, Duration read) {
        this.connector = new Connector(proxies, trust, new Dialer(new DnsCache(), connect), read);
        this.pool = new Pool(connector, read);
    }

    /**
     * Sends a call, once.
     *
     * @throws IOException if no response head arrives
     */
    public HttpAnswer send(HttpCall call) throws IOException {
        return exchange(call).answer();
    }

    /**
     * Opens a connection and closes it again: it serves no call, but compiles what a handshake
     * needs.
     *
     * @throws IOException if there is none to be had
     */
    public void handshake(URI server) throws IOException {
        connector.connect(Destination.of(server)).close();
    }

    /** A call that another thread can abort. */
    public Exchange exchange(HttpCall call) {
        return new Exchange(call);
    }

    @Override
    public void close() {
        pool.close();
    }

    /** One call and its answer. */
    public final class Exchange {

        private final HttpCall call;
        private final AtomicReference<@Nullable Connection> used = new AtomicReference<>();
        private volatile boolean aborted;

        private Exchange(HttpCall call) {
            this.call = call;
        }

        /** Sends the call; may be called once. */
        public HttpAnswer answer() throws IOException {
            Destination to = Destination.of(call.uri());
            Connection connection = pool.take(to);
            used.set(connection);
            long start = System.nanoTime();
            boolean answered = false;
            try {
                if (aborted) {
                    throw new InterruptedIOException("aborted");
                }
                HttpAnswer answer = connection.exchange(call);
                answered = true;
                return answer;
            } finally {
                used.set(null);
                pool.giveBack(to, connection);
                if (!answered) {
                    pool.distrust(to, start);
                }
            }
        }

        public void abort() {
            aborted = true;
            Connection connection = used.get();
            if (connection != null) {
                connection.close();
            }
        }
    }
}
