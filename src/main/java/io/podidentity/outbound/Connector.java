package io.podidentity.outbound;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Opens connections, directly or through a proxy, with TLS for https. */
class Connector {

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
        secured.startHandshake();
        return secured;
    }
}
