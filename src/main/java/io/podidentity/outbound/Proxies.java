package io.podidentity.outbound;

import io.podidentity.config.InvalidSettingException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses proxies by the variables that curl and Go programs read. Where those differ, as Go does:
 * <a href="https://pkg.go.dev/golang.org/x/net/http/httpproxy">httpproxy</a>.
 */
public final class Proxies {

    /** No proxies. */
    public static final Proxies NONE = new Proxies(null, null, NoProxy.parse(""));

    private final @Nullable Proxy forHttp;
    private final @Nullable Proxy forHttps;
    private final NoProxy exceptions;

    private Proxies(@Nullable Proxy forHttp, @Nullable Proxy forHttps, NoProxy exceptions) {
        this.forHttp = forHttp;
        this.forHttps = forHttps;
        this.exceptions = exceptions;
    }

    /**
     * Reads {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, each in capitals or not.
     *
     * @throws InvalidSettingException if one names no proxy that can be used
     */
    public static Proxies of(Map<String, String> environment) {
        return new Proxies(
                proxy("HTTP_PROXY", environment),
                proxy("HTTPS_PROXY", environment),
                NoProxy.parse(environment.getOrDefault(spelled("NO_PROXY", environment), "")));
    }

    /** The proxy for a server; this machine is reached directly. */
    Optional<Proxy> toward(Destination to) {
        InetAddress literal = Destination.literal(to.host());
        boolean here =
                literal == null ? to.host().equals("localhost") : literal.isLoopbackAddress();
        return here || exceptions.holds(to)
                ? Optional.empty()
                : Optional.ofNullable(to.secure() ? forHttps : forHttp);
    }

    /** The proxy that requests for a URL go to, without its password. */
    public Optional<String> toward(URI uri) {
        return toward(Destination.of(uri)).map(Proxy::toString);
    }

    private static @Nullable Proxy proxy(String variable, Map<String, String> environment) {
        String name = spelled(variable, environment);
        String value = environment.getOrDefault(name, "");
        if (value.isBlank()) {
            return null;
        }
        try {
            return Proxy.parse(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    name,
                    String.valueOf(e.getMessage()),
                    "give one such as http://proxy:3128 or https://user:password@proxy:3128");
        }
    }

    /** In capitals, unless only the lower-case one is set. */
    private static String spelled(String variable, Map<String, String> environment) {
        String lower = variable.toLowerCase(Locale.ROOT);
        return environment.getOrDefault(variable, "").isEmpty() && environment.containsKey(lower)
                ? lower
                : variable;
    }
}
