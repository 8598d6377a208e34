package io.podidentity.outbound;

import io.podidentity.tls.Trust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How a server was reached: a connection that was opened once, and closed.
 *
 * @param addresses of the server, or of the proxy in between
 * @param issuer of the server's certificate; null without TLS
 */
public record Reach(List<InetAddress> addresses, @Nullable String issuer) {

    public Reach {
        addresses = List.copyOf(addresses);
    }

    /**
     * Resolves the name, connects, and checks the certificate.
     *
     * @throws java.net.UnknownHostException if the name has no address
     * @throws SSLException if the certificate is not trusted, or for other reasons of TLS
     * @throws IOException if nobody accepts the connection, or a proxy refuses it
     */
    public static Reach of(URI uri, Proxies proxies, Trust trust, Duration timeout)
            throws IOException {
        Destination to = Destination.of(uri);
        Optional<Proxy> proxy = proxies.toward(to);
        DnsCache dns = new DnsCache();
        List<InetAddress> addresses =
                dns.addresses(proxy.map(Proxy::server).orElse(to).host(), timeout);
        Connection connection =
                new Connector(proxies, trust, new Dialer(dns, timeout), timeout).connect(to);
        try {
            return new Reach(addresses, connection.peer().map(Reach::issuer).orElse(null));
        } finally {
            connection.close();
        }
    }

    /** Who issued the certificate that a server shows, trusted or not. */
    public static Optional<String> presentedIssuer(URI uri, Proxies proxies, Duration timeout) {
        Recorder recorder = new Recorder();
        try {
            Dialer dialer = new Dialer(new DnsCache(), timeout);
            new Connector(proxies, recorder::context, dialer, timeout)
                    .connect(Destination.of(uri))
                    .close();
        } catch (IOException e) {
            // The recorder trusts nobody, so the handshake always fails.
        }
        return Optional.ofNullable(recorder.shown.get()).map(Reach::issuer);
    }

    private static String issuer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName();
    }

    /** Trusts nobody, and remembers whom. */
    private static final class Recorder extends X509ExtendedTrustManager {

        private final AtomicReference<@Nullable X509Certificate> shown = new AtomicReference<>();

        SSLContext context() throws IOException {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {this}, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException("this system has no TLS", e);
            }
        }

        private void record(X509Certificate[] chain) throws Untrusted {
            shown.set(chain[0]);
            throw new Untrusted();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws Untrusted {
            record(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws Untrusted {
            record(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws Untrusted {
            record(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static final class Untrusted extends CertificateException {
        private static final long serialVersionUID = 1L;
    }
}
