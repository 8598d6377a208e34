package io.podidentity.outbound;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Opens connections, directly or through a proxy, with TLS for https. */
class Connector {

    /** A handshake with a server far away keeps its turn, but no processor. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final Semaphore handshakes = new Semaphore(handshakes(), true);
    private final Proxies proxies;
    private final Trust trust;
    private final Dialer dialer;
    private final Duration read;

    /**
     * @param read read time-out of the connections
     */
    Connector(Proxies proxies, Trust trust, Dialer dialer, Duration read) {
        this.proxies = proxies;
        this.trust = trust;
        this.dialer = dialer;
        this.read = read;
    }

    /**
     * How many handshakes at once: more on the same processors would all end late, and no call
     * could share a connection until then.
     */
    static int handshakes() {
        return 4 * Runtime.getRuntime().availableProcessors();
    }

    Connection connect(Destination to) throws IOException {
        Optional<Proxy> proxy = proxies.toward(to);
        Destination first = proxy.map(Proxy::server).orElse(to);
        Socket raw = dialer.connect(first.host(), first.port());
        try {
            raw.setSoTimeout(Math.toIntExact(read.toMillis()));
            Socket socket = first.secure() ? secured(raw, first) : raw;
            if (proxy.isEmpty()) {
                return new Connection(socket, raw, null);
            }
            if (!to.secure()) {
                return new Connection(socket, raw, proxy.get());
            }
            Connection.tunnel(socket, to, proxy.get());
            return new Connection(secured(socket, to), raw, null);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private Socket secured(Socket socket, Destination peer) throws IOException {
        SSLSocket secured =
                (SSLSocket)
                        trust.context()
                                .getSocketFactory()
                                .createSocket(socket, peer.host(), peer.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        handshake(secured);
        return secured;
    }

    private void handshake(SSLSocket socket) throws IOException {
        boolean turn = false;
        try {
            turn = handshakes.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            socket.startHandshake();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            if (turn) {
                handshakes.release();
            }
        }
    }
}
