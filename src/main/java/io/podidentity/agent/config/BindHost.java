package io.podidentity.agent.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An address to listen on.
 *
 * @param address a literal IPv4 or IPv6 address without brackets, or {@code localhost}
 */
public record BindHost(String address) {

    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /**
     * Reads an address, IPv6 with or without brackets.
     *
     * @throws IllegalArgumentException if it is no address; the message says what to give
     */
    public static BindHost parse(String text) {
        String bare =
                text.startsWith("[") && text.endsWith("]")
                        ? text.substring(1, text.length() - 1)
                        : text;
        if (bare.equals("localhost")) {
            return new BindHost(bare);
        }
        // Checked before the JDK sees it: a name would be looked up in DNS.
        if (!LITERAL.matcher(bare).matches()) {
            throw notAnAddress(text);
        }
        try {
            InetAddress address = InetAddress.getByName(bare);
            boolean dottedQuad = bare.indexOf(':') >= 0 || bare.split("\\.", -1).length == 4;
            if (!dottedQuad || address.isMulticastAddress()) {
                throw notAnAddress(text);
            }
            return new BindHost(bare);
        } catch (UnknownHostException e) {
            throw notAnAddress(text);
        }
    }

    /** The address as it stands in a URL, IPv6 in brackets. */
    public String inUrl() {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
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
