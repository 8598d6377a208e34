package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;

/** Writes our requests to the kernel. */
final class Encoder {

    private static final int DO = NLM_F_REQUEST | NLM_F_ACK;
    private static final int MAKE = DO | NLM_F_CREATE | NLM_F_EXCL;

    private Encoder() {}

    static byte[] dump(int type, int sequence) {
        MessageWriter writer = new MessageWriter(type, NLM_F_REQUEST | NLM_F_DUMP, sequence);
        return switch (type) {
            case RTM_GETLINK -> ifinfomsg(writer, 0, 0, 0).toBytes();
            case RTM_GETADDR -> ifaddrmsg(writer, AF_UNSPEC, 0, 0).toBytes();
            case RTM_GETROUTE -> writer.u8(new int[8]).i32(0).toBytes();
            default -> throw new IllegalArgumentException("nothing to dump with " + type);
        };
    }

    /** A no-op that the kernel acknowledges. */
    static byte[] echo() {
        return new MessageWriter(NLMSG_NOOP, DO, 0).toBytes();
    }

    static byte[] createLink(String name, String kind, int sequence) {
        return ifinfomsg(new MessageWriter(RTM_NEWLINK, MAKE, sequence), 0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .attribute(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, kind))
                .toBytes();
    }

    static byte[] markLink(int index, String alias, int sequence) {
        return ifinfomsg(new MessageWriter(RTM_NEWLINK, DO, sequence), index, 0, 0)
                .attribute(IFLA_IFALIAS, alias)
                .toBytes();
    }

    static byte[] raiseLink(int index, int sequence) {
        return ifinfomsg(new MessageWriter(RTM_NEWLINK, DO, sequence), index, IFF_UP, IFF_UP)
                .toBytes();
    }

    static byte[] deleteLink(int index, int sequence) {
        return ifinfomsg(new MessageWriter(RTM_DELLINK, DO, sequence), index, 0, 0).toBytes();
    }

    static byte[] addAddress(int index, Prefix prefix, int sequence) {
        byte[] address = prefix.address().getAddress();
        MessageWriter writer = new MessageWriter(RTM_NEWADDR, MAKE, sequence);
        int flags = 0;
        if (prefix.isIpv6()) {
            // No other host is on this link, and an address cannot be bound during detection.
            flags = IFA_F_NODAD;
        }
        return ifaddrmsg(writer, family(prefix), prefix.length(), index)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address)
                .attribute(IFA_FLAGS, flags)
                .attribute(IFA_PROTO, new byte[] {(byte) Mark.PROTOCOL})
                .toBytes();
    }

    static byte[] removeAddress(int index, Prefix prefix, int sequence) {
        byte[] address = prefix.address().getAddress();
        MessageWriter writer = new MessageWriter(RTM_DELADDR, DO, sequence);
        return ifaddrmsg(writer, family(prefix), prefix.length(), index)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address)
                .toBytes();
    }

    static byte[] addRoute(int index, Prefix destination, int sequence) {
        MessageWriter writer = new MessageWriter(RTM_NEWROUTE, MAKE, sequence);
        return route(writer, index, destination, Mark.PROTOCOL).toBytes();
    }

    static byte[] removeRoute(int index, Prefix destination, int sequence) {
        MessageWriter writer = new MessageWriter(RTM_DELROUTE, DO, sequence);
        return route(writer, index, destination, Mark.PROTOCOL).toBytes();
    }

    private static MessageWriter ifinfomsg(MessageWriter writer, int index, int flags, int change) {
        return writer.u8(AF_UNSPEC, 0, 0, 0).i32(index, flags, change);
    }

    private static MessageWriter ifaddrmsg(
            MessageWriter writer, int family, int length, int index) {
        return writer.u8(family, length, 0, RT_SCOPE_UNIVERSE).i32(index);
    }

    private static MessageWriter route(
            MessageWriter writer, int index, Prefix destination, int protocol) {
        int scope = destination.isIpv6() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
        return writer.u8(family(destination), destination.length(), 0, 0)
                .u8(RT_TABLE_MAIN, protocol, scope, RTN_UNICAST)
                .i32(0)
                .attribute(RTA_DST, destination.address().getAddress())
                .attribute(RTA_OIF, index);
    }

    private static int family(Prefix prefix) {
        return prefix.isIpv6() ? AF_INET6 : AF_INET;
    }
}
