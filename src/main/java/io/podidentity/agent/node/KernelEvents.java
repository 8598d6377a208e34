package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The kernel's notifications about links, addresses and routes. */
final class KernelEvents implements NetworkEvents {

    private static final int RTMGRP_LINK = 0x1;
    private static final int RTMGRP_IPV4_IFADDR = 0x10;
    private static final int RTMGRP_IPV4_ROUTE = 0x40;
    private static final int RTMGRP_IPV6_IFADDR = 0x100;
    private static final int RTMGRP_IPV6_ROUTE = 0x400;

    /** Notifies when IPv6 is enabled again on a link. */
    private static final int RTMGRP_IPV6_IFINFO = 0x800;

    private static final int GROUPS =
            RTMGRP_LINK
                    | RTMGRP_IPV4_IFADDR
                    | RTMGRP_IPV4_ROUTE
                    | RTMGRP_IPV6_IFADDR
                    | RTMGRP_IPV6_ROUTE
                    | RTMGRP_IPV6_IFINFO;

    private final NetlinkChannel channel;
    private final Duration timeout;
    private final String link;
    private final List<Prefix> addresses;

    KernelEvents(NetlinkChannel channel, Duration timeout, String link, List<Prefix> addresses) {
        this.channel = channel;
        this.timeout = timeout;
        this.link = link;
        this.addresses = List.copyOf(addresses);
    }

    static NetworkEvents open(Duration timeout, String link, List<Prefix> addresses)
            throws NetlinkException {
        NetlinkChannel channel = NetlinkSocket.listeningTo(GROUPS, timeout);
        return new KernelEvents(channel, timeout, link, addresses);
    }

    @Override
    public void await() throws NetlinkException {
        // Events of other links must not postpone the poll for ever.
        long start = System.nanoTime();
        while (System.nanoTime() - start < timeout.toNanos()) {
            if (eventForUs()) {
                return;
            }
        }
    }

    private boolean eventForUs() throws NetlinkException {
        try {
            Optional<byte[]> datagram = channel.receive();
            if (datagram.isEmpty()) {
                return true;
            }
            for (Message message : Message.in(datagram.get())) {
                if (concernsUs(message)) {
                    return true;
                }
            }
            return false;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENOBUFS)) {
                // The buffer overflowed, and events were lost.
                return true;
            }
            throw e;
        }
    }

    private boolean concernsUs(Message message) throws NetlinkException {
        Fields payload = message.payload();
        return switch (message.type()) {
            case RTM_NEWLINK, RTM_DELLINK -> Decoder.link(payload).name().equals(link);
            case RTM_NEWADDR, RTM_DELADDR ->
                    Decoder.address(payload)
                            .map(LinkAddress::prefix)
                            .filter(prefix -> addresses.stream().anyMatch(prefix::sameAddress))
                            .isPresent();
            case RTM_NEWROUTE, RTM_DELROUTE ->
                    Decoder.route(payload)
                            .map(Route::destination)
                            .filter(addresses::contains)
                            .isPresent();
            // The answer to wake().
            case NLMSG_ERROR -> true;
            default -> false;
        };
    }

    @Override
    public void wake() throws NetlinkException {
        channel.send(Encoder.echo());
    }

    @Override
    public void close() {
        channel.close();
    }
}
