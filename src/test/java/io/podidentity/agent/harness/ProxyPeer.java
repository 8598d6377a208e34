package io.podidentity.agent.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy on a loopback port that leads to loopback ports only. */
public final class ProxyPeer extends Tunnel {

    private static final String HERE = "127.0.0.1:";

    private final List<String> asked = new CopyOnWriteArrayList<>();

    public ProxyPeer() throws IOException {
        super(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Where it was asked to lead to, as {@code host:port}. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    Socket open(Socket client) throws IOException {
        String[] words = head(client.getInputStream()).split(" ", 3);
        String target = words[0].equals("CONNECT") ? words[1] : "not a tunnel: " + words[0];
        asked.add(target);
        if (!target.startsWith(HERE)) {
            say(client, "502 Bad Gateway");
            throw new EOFException(target + " is not here");
        }
        Socket server = loopback(Integer.parseInt(target.substring(HERE.length())));
        say(client, "200 Connection established");
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
