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
 * The addresses under which the agent may be called. A request that names another in its {@code
 * Host} was led here by DNS or a redirect, and its sender is not a pod's SDK.
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
     * Why a request is not for the agent, in the reference agent's text; empty when it is. A target
     * in the form that proxies are sent names a host as well, and a Go server goes by that one.
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
     * One of them, where it is an IPv6 address without the brackets that HTTP asks for, with them;
     * any other header as it is.
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

    /** The same for all spellings of an address or name. */
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
