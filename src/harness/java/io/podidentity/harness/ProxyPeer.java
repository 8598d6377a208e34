package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy on a loopback port that leads one host's ports to those of this machine. */
public final class ProxyPeer extends Tunnel {

    private final String host;
    private final String scheme;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable String wanted;

    /**
     * @param host the only one it leads to
     */
    public ProxyPeer(String host) throws IOException {
        super(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        this.host = host;
        this.scheme = "http";
    }

    /** One that is spoken to over TLS. */
    public ProxyPeer(String host, TestAuthority authority)
            throws IOException, GeneralSecurityException {
        super(
                authority
                        .server()
                        .getServerSocketFactory()
                        .createServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        this.host = host;
        this.scheme = "https";
    }

    /** From now on serves nobody else. */
    public ProxyPeer only(String user, String password) {
        byte[] plain = (user + ":" + password).getBytes(ISO_8859_1);
        wanted = "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(plain);
        return this;
    }

    public URI address() {
        return URI.create(scheme + "://127.0.0.1:" + port());
    }

    /** Where it was asked to lead to, as {@code host:port}, or the line of another request. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    Socket open(Socket client) throws IOException {
        String head = head(client.getInputStream());
        if (wanted != null && !head.contains("\r\n" + wanted + "\r\n")) {
            asked.add("407");
            say(
                    client,
                    "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=test");
            throw new EOFException("not known");
        }
        String[] words = head.split(" ", 3);
        boolean tunnel = words[0].equals("CONNECT");
        URI uri = URI.create(tunnel ? "tunnel://" + words[1] : words[1]);
        asked.add(tunnel ? words[1] : words[0] + " " + words[1]);
        if (!host.equals(uri.getHost())) {
            say(client, "502 Bad Gateway");
            throw new EOFException(uri + " is not here");
        }
        Socket server = loopback(uri.getPort());
        if (tunnel) {
            say(client, "200 Connection established");
        } else {
            server.getOutputStream().write(head.getBytes(ISO_8859_1));
        }
        return server;
    }

    private static void say(Socket client, String status) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(ISO_8859_1));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }
}
