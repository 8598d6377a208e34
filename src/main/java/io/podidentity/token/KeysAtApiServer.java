package io.podidentity.token;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** The JWKS document of the cluster's API server. */
public final class KeysAtApiServer implements KeyDocument {

    // Before 1.34, servers of one cluster could publish different keys.
    private static final int FIRST_RELIABLE_MINOR = 34;
    private static final Pattern DIGITS = Pattern.compile("(\\d{1,4}).*");

    private final ApiServer server;

    public KeysAtApiServer(ApiServer server) {
        this.server = server;
    }

    @Override
    public String fetch() throws IOException {
        requireReliable(server.get("/version"));
        return server.get("/openid/v1/jwks");
    }

    @Override
    public String place() {
        return server.address().toString();
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
