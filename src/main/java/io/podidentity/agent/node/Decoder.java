package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Reads what the kernel says about links, addresses and routes. */
final class Decoder {

    private static final int IFINFOMSG = 16;
    private static final int IFADDRMSG = 8;
    private static final int RTMSG = 12;

    private Decoder() {}

    static Link link(Fields payload) throws NetlinkException {
        int index = payload.i32(4);
        boolean up = (payload.i32(8) & IFF_UP) != 0;
        Attributes attributes = Attributes.in(payload, IFINFOMSG);
        return new Link(
                index,
                attributes.text(IFLA_IFNAME),
                attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND),
                up,
                attributes.text(IFLA_IFALIAS));
    }

    /** Empty for a family other than IP. */
    static Optional<LinkAddress> address(Fields payload) throws NetlinkException {
        int family = payload.u8(0);
        if (family != AF_INET && family != AF_INET6) {
            return Optional.empty();
        }
        Attributes attributes = Attributes.in(payload, IFADDRMSG);
        // On a point-to-point link IFA_ADDRESS is the peer's.
        Optional<Fields> bytes = attributes.find(IFA_LOCAL).or(() -> attributes.find(IFA_ADDRESS));
        if (bytes.isEmpty()) {
            throw NetlinkException.unreadable("an address message without an address");
        }
        // The header holds only the low eight flags, all that older kernels have.
        int flags = attributes.i32(IFA_FLAGS, payload.u8(2));
        return Optional.of(
                new LinkAddress(
                        payload.i32(4),
                        prefix(family, bytes.get(), payload.u8(1)),
                        (flags & IFA_F_DADFAILED) != 0,
                        attributes.u8(IFA_PROTO, 0)));
    }

    /** Empty for a family other than IP, and for a table other than the main one. */
    static Optional<Route> route(Fields payload) throws NetlinkException {
        int family = payload.u8(0);
        if (family != AF_INET && family != AF_INET6) {
            return Optional.empty();
        }
        Attributes attributes = Attributes.in(payload, RTMSG);
        if (attributes.i32(RTA_TABLE, payload.u8(4)) != RT_TABLE_MAIN) {
            return Optional.empty();
        }
        Optional<Fields> destination = attributes.find(RTA_DST);
        Prefix prefix =
                destination.isPresent()
                        ? prefix(family, destination.get(), payload.u8(1))
                        : new Prefix(toAddress(family, new byte[family == AF_INET ? 4 : 16]), 0);
        return Optional.of(
                new Route(
                        attributes.i32(RTA_OIF, 0),
                        prefix,
                        payload.u8(7) == RTN_UNICAST,
                        payload.u8(5)));
    }

    private static Prefix prefix(int family, Fields bytes, int length) throws NetlinkException {
        InetAddress address = toAddress(family, bytes.toBytes());
        if (length > bytes.size() * 8) {
            throw NetlinkException.unreadable("a prefix of " + length + " bits");
        }
        return new Prefix(address, length);
    }

    private static InetAddress toAddress(int family, byte[] bytes) throws NetlinkException {
        try {
            return family == AF_INET6
                    // Plain getByAddress would make an IPv4 address of a mapped one.
                    ? Inet6Address.getByAddress(null, bytes, -1)
                    : ipv4(bytes);
        } catch (UnknownHostException e) {
            throw NetlinkException.unreadable("an address of " + bytes.length + " bytes");
        }
    }

    private static InetAddress ipv4(byte[] bytes) throws UnknownHostException {
        if (bytes.length != 4) {
            throw new UnknownHostException("not IPv4");
        }
        return InetAddress.getByAddress(bytes);
    }
}
