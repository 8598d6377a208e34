package io.podidentity.outbound;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP/1.1 with servers, and reads whole answers. It follows no redirect. */
public final class HttpClient implements AutoCloseable {

    private final Pool pool;

    /**
     * @param connect until a connection stands, its name's look-up included, its handshake not
     * @param read for an answer, and for a connection that is free
     */
    public HttpClient(Proxies proxies, Trust trust, Duration connect, Duration read) {
        this.pool =
                new Pool(
                        new Connector(proxies, trust, new Dialer(new DnsCache(), connect), read),
                        read);
    }

    /**
     * Sends a call, once.
     *
     * @throws IOException if not even the head of an answer comes
     */
    public HttpAnswer send(HttpCall call) throws IOException {
        return exchange(call).answer();
    }

    /** A call that can be given up by another thread. */
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

        /** Sends the call. To be asked for once. */
        public HttpAnswer answer() throws IOException {
            Destination to = Destination.of(call.uri());
            Connection connection = pool.take(to);
            used.set(connection);
            try {
                if (aborted) {
                    throw new InterruptedIOException("aborted");
                }
                return connection.exchange(call);
            } finally {
                used.set(null);
                pool.giveBack(to, connection);
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
