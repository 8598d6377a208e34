package io.podidentity.agent.token;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** The JWKS document of the cluster's API server, asked for as the agent's own service account. */
public final class KeysAtApiServer implements KeyDocument {

    // Before it, servers of one cluster could publish different keys.
    private static final int FIRST_RELIABLE_MINOR = 34;
    private static final Pattern DIGITS = Pattern.compile("(\\d{1,4}).*");

    private final URI server;
    private final Path serviceAccount;
    private final HttpGet http;

    /**
     * @param serviceAccount the folder of the agent's own projected token and the cluster's
     *     authorities
     */
    public KeysAtApiServer(URI server, Path serviceAccount, Duration timeout) {
        this.server = server;
        this.serviceAccount = serviceAccount;
        // The API server is in the cluster; a proxy is for what is outside.
        this.http = new HttpGet(serviceAccount.resolve("ca.crt"), true, timeout);
    }

    /** From {@code KUBERNETES_SERVICE_HOST} and {@code KUBERNETES_SERVICE_PORT}. */
    public static URI address(String host, String port) {
        return URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    @Override
    public String fetch() throws IOException {
        requireReliable(get("/version"));
        return get("/openid/v1/jwks");
    }

    @Override
    public String place() {
        return server.toString();
    }

    private String get(String path) throws IOException {
        return http.fetch(server.resolve(path), ownToken());
    }

    // Read anew each time: kubelet renews it.
    private String ownToken() throws IOException {
        Path file = serviceAccount.resolve("token");
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("the agent has no service account token at " + file, e);
        }
    }

    private static void requireReliable(String version) throws IOException {
        int major;
        int minor;
        try {
            Map<String, Object> parsed = JsonUtil.parseJson(version);
            major = number(parsed.get("major"));
            minor = number(parsed.get("minor"));
        } catch (JoseException e) {
            throw new IOException("the API server does not tell its version", e);
        }
        if (major < 1 || (major == 1 && minor < FIRST_RELIABLE_MINOR)) {
            throw new IOException(
                    "the API server is of Kubernetes %d.%d, whose published keys are not reliable; 1.%d is needed"
                            .formatted(major, minor, FIRST_RELIABLE_MINOR));
        }
    }

    /** EKS appends a plus sign. */
    private static int number(@Nullable Object value) throws IOException {
        Matcher digits = DIGITS.matcher(String.valueOf(value));
        if (!digits.matches()) {
            throw new IOException("the API server does not tell its version");
        }
        return Integer.parseInt(digits.group(1));
    }
}
