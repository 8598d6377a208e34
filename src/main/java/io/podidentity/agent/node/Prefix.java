package io.podidentity.agent.node;

import java.net.Inet6Address;
import java.net.InetAddress;

/** An IP address and how many of its leading bits count. */
record Prefix(InetAddress address, int length) {

    Prefix {
        if (length < 0 || length > bits(address)) {
            throw new IllegalArgumentException("prefix length " + length + " of " + address);
        }
    }

    static Prefix host(String literal) {
        InetAddress address = InetAddress.ofLiteral(literal);
        return new Prefix(address, bits(address));
    }

    boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    boolean sameAddress(Prefix other) {
        return address.equals(other.address);
    }

    private static int bits(InetAddress address) {
        return address instanceof Inet6Address ? 128 : 32;
    }

    @Override
    public String toString() {
        return address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::") + "/" + length;
    }
}
