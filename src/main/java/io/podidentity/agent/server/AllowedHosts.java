package io.podidentity.agent.server;

import io.podidentity.config.AgentConfig;
import io.podidentity.config.BindHost;
import io.podidentity.config.WellKnown;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that a request's {@code Host} may name. A request for another was led here by DNS
 * or a redirect, and was not sent by a pod's SDK.
 */
@ApplicationScoped
class AllowedHosts {

    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)\\](?::[0-9]*)?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*");

    private static final Pattern UNBRACKETED =
            Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f.:]*");

    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> canonical = new HashSet<>();

    AllowedHosts(AgentConfig config) {
        hosts.add(WellKnown.IPV4_ADDRESS);
        hosts.add(WellKnown.IPV6_ADDRESS);
        config.bindHosts().stream().map(BindHost::address).forEach(hosts::add);
        hosts.stream().map(AllowedHosts::canonical).forEach(canonical::add);
    }

    /**
     * Why a request is not for the agent, in the reference agent's text; empty when it is. An
     * absolute-form request target also names a host; Go servers use that one.
     */
    Optional<String> elsewhere(HttpServerRequest request) {
        String header = request.getHeader("Host");
        if (!allow(header)) {
            return Optional.of(refusal(header));
        }
        String target = request.uri();
        String authority = target.startsWith("/") ? header : URI.create(target).getRawAuthority();
        return allow(authority) ? Optional.empty() : Optional.of(refusal(authority));
    }

    /** Whether a {@code Host} header, with or without port and brackets, names one of them. */
    boolean allow(@Nullable String header) {
        if (header == null) {
            return false;
        }
        String bare = bare(header);
        return hosts.contains(bare) || canonical.contains(canonical(bare));
    }

    /**
     * Adds the brackets missing from an allowed IPv6 {@code Host}; leaves other values unchanged.
     *
     * @param port what may follow the address
     */
    String bracketed(String header, int port) {
        if (!UNBRACKETED.matcher(header).matches()) {
            return header;
        }
        if (allow(header)) {
            return "[" + header + "]";
        }
        String end = ":" + port;
        String address =
                header.endsWith(end) ? header.substring(0, header.length() - end.length()) : header;
        return UNBRACKETED.matcher(address).matches() && allow(address)
                ? "[" + address + "]" + end
                : header;
    }

    /** The reference agent's text. */
    String refusal(@Nullable String header) {
        return "Access Denied. Called agent through invalid address, please use either ["
                + String.join(" ", hosts)
                + "] address not "
                + (header == null ? "" : bare(header));
    }

    private static String bare(String header) {
        Matcher bracketed = BRACKETED.matcher(header);
        if (bracketed.matches()) {
            return bracketed.group(1);
        }
        int colon = header.indexOf(':');
        // More than one colon without brackets is IPv6 without a port.
        return colon < 0 || header.indexOf(':', colon + 1) >= 0
                ? header
                : header.substring(0, colon);
    }

    /** The canonical spelling of an address or name. */
    private static String canonical(String host) {
        if (!IPV6.matcher(host).matches()) {
            return host.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.ofLiteral(host).getHostAddress();
        } catch (IllegalArgumentException e) {
            return host;
        }
    }
}
