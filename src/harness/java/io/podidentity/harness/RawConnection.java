package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An HTTP connection that sends what it is told, byte for byte, and hides nothing that comes. */
public final class RawConnection implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Socket socket = new Socket();
    private final InputStream in;

    public RawConnection(String host, int port) throws IOException {
        this(host, port, null);
    }

    /**
     * @param from the client's own address; null for any
     */
    public RawConnection(String host, int port, @Nullable String from) throws IOException {
        this(host, port, from, TIMEOUT);
    }

    /**
     * @param from the client's own address; null for any
     * @param patience to connect, and for each read
     */
    public RawConnection(String host, int port, @Nullable String from, Duration patience)
            throws IOException {
        if (from != null) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.setSoTimeout((int) patience.toMillis());
        socket.setTcpNoDelay(true);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        socket.connect(new InetSocketAddress(bare, port), (int) patience.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a text as it stands. */
    public RawConnection send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Whether anything has come that was not read yet. */
    public boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    /** Reads one whole answer to a method. */
    public Answer read(String method) throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            String repeated =
                    headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            if (repeated != null) {
                throw new IOException("sent twice: " + line);
            }
        }
        int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        byte[] body = method.equals("HEAD") ? new byte[0] : in.readNBytes(length);
        if (!method.equals("HEAD") && body.length < length) {
            throw new EOFException("the body ends after " + body.length + " of " + length);
        }
        return new Answer(
                Integer.parseInt(status.split(" ", 3)[1]), headers, new String(body, UTF_8));
    }

    /** Reads one whole answer to a GET. */
    public Answer read() throws IOException {
        return read("GET");
    }

    /** Waits until the other side closes, and returns what came before. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("closed after '" + line.toString(UTF_8) + "'");
            }
            line.write(next);
        }
        return line.toString(UTF_8).strip();
    }

    /** An answer as it came. */
    public record Answer(int status, Map<String, String> headers, String body) {

        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }
}
