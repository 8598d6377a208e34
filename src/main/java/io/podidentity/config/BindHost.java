package io.podidentity.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * An address to listen on.
 *
 * @param address a literal IPv4 or IPv6 address without brackets, or {@code localhost}
 */
public record BindHost(String address) {

    private static final Pattern DOTTED_QUAD = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]+");

    /**
     * Reads an address, IPv6 with or without brackets.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static BindHost parse(String text) {
        if (text.equals("localhost")) {
            return new BindHost(text);
        }
        boolean brackets = text.startsWith("[") && text.endsWith("]");
        String bare = brackets ? text.substring(1, text.length() - 1) : text;
        boolean ipv6 = bare.indexOf(':') >= 0;
        // The JDK accepts more: shortened IPv4, IPv6 with a zone or in brackets.
        boolean complete =
                ipv6 ? IPV6.matcher(bare).matches() : DOTTED_QUAD.matcher(bare).matches();
        if (!complete || (brackets && !ipv6)) {
            throw notAnAddress(text);
        }
        try {
            // Never resolves a name.
            if (!InetAddress.ofLiteral(bare).isMulticastAddress()) {
                return new BindHost(bare);
            }
        } catch (IllegalArgumentException e) {
            // Rejected below.
        }
        throw notAnAddress(text);
    }

    /** The address as it stands in a URL, IPv6 in brackets. */
    public String inUrl() {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }

    /** Where this node itself reaches it: a wildcard at its loopback address. */
    public BindHost local() {
        return switch (address) {
            case "0.0.0.0" -> new BindHost("127.0.0.1");
            case "::" -> new BindHost("::1");
            default -> this;
        };
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException(
                "'"
                        + text
                        + "' is not an IP address to listen on; give one such as "
                        + WellKnown.IPV4_ADDRESS
                        + " or ["
                        + WellKnown.IPV6_ADDRESS
                        + "]");
    }
}
