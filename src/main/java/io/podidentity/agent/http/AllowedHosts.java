package io.podidentity.agent.http;

import io.podidentity.agent.config.AgentConfig;
import io.podidentity.agent.config.BindHost;
import io.podidentity.agent.config.WellKnown;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses under which the agent may be called. A request that names another in its {@code
 * Host} was led here by DNS or a redirect, and its sender is not a pod's SDK.
 */
@ApplicationScoped
class AllowedHosts {

    private final Set<String> hosts = new LinkedHashSet<>();

    AllowedHosts(AgentConfig config) {
        hosts.add(WellKnown.IPV4_ADDRESS);
        hosts.add(WellKnown.IPV6_ADDRESS);
        config.bindHosts().stream().map(BindHost::address).forEach(hosts::add);
    }

    /** Whether a {@code Host} header, with or without port and brackets, names one of them. */
    boolean allow(@Nullable String header) {
        return header != null && hosts.contains(bare(header));
    }

    /** The reference agent's text. */
    String refusal(@Nullable String header) {
        return "Access Denied. Called agent through invalid address, please use either ["
                + String.join(" ", hosts)
                + "] address not "
                + (header == null ? "" : bare(header));
    }

    private static String bare(String header) {
        if (header.startsWith("[")) {
            int end = header.indexOf(']');
            return end < 0 ? header : header.substring(1, end);
        }
        int colon = header.indexOf(':');
        // More than one colon without brackets is IPv6 without a port.
        return colon < 0 || header.indexOf(':', colon + 1) >= 0
                ? header
                : header.substring(0, colon);
    }
}
