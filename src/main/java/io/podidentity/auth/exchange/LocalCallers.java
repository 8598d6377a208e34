package io.podidentity.auth.exchange;

import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Any program on this machine, for a service on loopback. Requests from web pages are rejected
 * (CSRF, DNS rebinding).
 *
 * @param host where the service listens
 */
public record LocalCallers(String host) implements Callers {

    private static final Pattern HOST =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]]+))(?::\\d*)?");
    // Without a CORS preflight, pages can send only forms and plain text.
    private static final Pattern JSON =
            Pattern.compile("application/(x-amz-json-1\\.\\d|json)\\s*(;.*)?");

    @Override
    public Decision check(Call call, Permission wanted) {
        return refusal(call)
                .<Decision>map(message -> new Denied(CallerError.NOT_ALLOWED, message))
                .orElseGet(() -> new Allowed("anybody"));
    }

    private Optional<String> refusal(Call call) {
        String named = call.header(SignedCall.HOST);
        if (named == null || !isHere(named)) {
            return Optional.of(
                    "Without --callers this service is called by the address of this machine, such"
                            + " as 127.0.0.1, and by no other name");
        }
        if (call.headers().containsKey("origin") || call.headers().containsKey("sec-fetch-site")) {
            return Optional.of("Web pages may not call this service");
        }
        return call.body().length() == 0 || isJson(call.header("content-type"))
                ? Optional.empty()
                : Optional.of("The body must be sent as Content-Type application/json");
    }

    private boolean isHere(String named) {
        Matcher parts = HOST.matcher(named);
        if (!parts.matches()) {
            return false;
        }
        String bare = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return bare.equalsIgnoreCase(host)
                || bare.equalsIgnoreCase("localhost")
                || isLoopback(bare);
    }

    /** For addresses only; names are not resolved. */
    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isJson(@Nullable String type) {
        return type != null && JSON.matcher(type).matches();
    }
}
