package io.podidentity.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;

/** TLS in front of a server that speaks none. */
public final class TlsFront extends Tunnel {

    private final int behind;

    /**
     * @param authority whom clients must trust
     * @param behind the server's loopback port
     */
    public TlsFront(TestAuthority authority, int behind)
            throws IOException, GeneralSecurityException {
        super(
                authority
                        .server()
                        .getServerSocketFactory()
                        .createServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        this.behind = behind;
    }

    public URI address() {
        return URI.create("https://127.0.0.1:" + port());
    }

    @Override
    Socket open(Socket client) throws IOException {
        return loopback(behind);
    }
}
