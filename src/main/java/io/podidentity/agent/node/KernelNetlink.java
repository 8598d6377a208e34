package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Requests to the kernel and their answers, matched by sequence number. */
final class KernelNetlink implements Netlink {

    /** Starting many pods at once interrupts a dump or two, not this many. */
    private static final int DUMP_TRIES = 8;

    private final NetlinkChannel channel;
    private int sequence;

    KernelNetlink(NetlinkChannel channel) {
        this.channel = channel;
    }

    static Netlink open() throws NetlinkException {
        return new KernelNetlink(NetlinkSocket.forRequests());
    }

    @Override
    public NodeNetwork observe() throws NetlinkException {
        List<Link> links = new ArrayList<>();
        for (Message message : dump(RTM_GETLINK, RTM_NEWLINK)) {
            links.add(Decoder.link(message.payload()));
        }
        List<LinkAddress> addresses = new ArrayList<>();
        for (Message message : dump(RTM_GETADDR, RTM_NEWADDR)) {
            Decoder.address(message.payload()).ifPresent(addresses::add);
        }
        List<Route> routes = new ArrayList<>();
        for (Message message : dump(RTM_GETROUTE, RTM_NEWROUTE)) {
            Decoder.route(message.payload()).ifPresent(routes::add);
        }
        return new NodeNetwork(links, addresses, routes);
    }

    @Override
    public void perform(Change change) throws NetlinkException {
        switch (change) {
            case Change.CreateLink(String name, String kind) -> {
                request(number -> Encoder.createLink(name, kind, number));
                // The kernel accepts an alias only for an existing link.
                int index = indexOf(name);
                request(number -> Encoder.markLink(index, Mark.LINK_ALIAS, number));
            }
            case Change.DeleteLink(String name) -> {
                int index = indexOf(name);
                request(number -> Encoder.deleteLink(index, number));
            }
            case Change.RaiseLink(String name) -> {
                int index = indexOf(name);
                request(number -> Encoder.raiseLink(index, number));
            }
            case Change.AddAddress(String name, Prefix prefix) -> {
                int index = indexOf(name);
                request(number -> Encoder.addAddress(index, prefix, number));
            }
            case Change.RemoveAddress(String name, Prefix prefix) -> {
                int index = indexOf(name);
                request(number -> Encoder.removeAddress(index, prefix, number));
            }
            case Change.AddRoute(String name, Prefix destination) -> {
                int index = indexOf(name);
                request(number -> Encoder.addRoute(index, destination, number));
            }
            case Change.RemoveRoute(String name, Prefix destination) -> {
                int index = indexOf(name);
                request(number -> Encoder.removeRoute(index, destination, number));
            }
        }
    }

    private int indexOf(String name) throws NetlinkException {
        for (Message message : dump(RTM_GETLINK, RTM_NEWLINK)) {
            Link link = Decoder.link(message.payload());
            if (link.name().equals(name)) {
                return link.index();
            }
        }
        throw NetlinkException.refused(Errno.ENODEV, name);
    }

    private void request(IntFunction<byte[]> numbered) throws NetlinkException {
        channel.send(numbered.apply(++sequence));
        while (true) {
            for (Message answer : next()) {
                if (answer.sequence() == sequence && answer.type() == NLMSG_ERROR) {
                    Acknowledgement.ofError(answer).orThrow();
                    return;
                }
            }
        }
    }

    private List<Message> dump(int request, int answers) throws NetlinkException {
        for (int tries = 0; tries < DUMP_TRIES; tries++) {
            Optional<List<Message>> whole = dumpOnce(request, answers);
            if (whole.isPresent()) {
                return whole.get();
            }
        }
        throw NetlinkException.unanswered("the node's network changes faster than it can be read");
    }

    /** Empty when something changed in between. */
    private Optional<List<Message>> dumpOnce(int request, int answers) throws NetlinkException {
        channel.send(Encoder.dump(request, ++sequence));
        List<Message> found = new ArrayList<>();
        boolean interrupted = false;
        while (true) {
            for (Message message : next()) {
                if (message.sequence() != sequence) {
                    continue;
                }
                interrupted |= message.has(NLM_F_DUMP_INTR);
                switch (message.type()) {
                    case NLMSG_DONE -> {
                        Acknowledgement.ofDone(message).orThrow();
                        return interrupted ? Optional.empty() : Optional.of(found);
                    }
                    case NLMSG_ERROR -> {
                        Acknowledgement.ofError(message).orThrow();
                        return Optional.of(found);
                    }
                    default -> {
                        if (message.type() == answers) {
                            found.add(message);
                        }
                    }
                }
            }
        }
    }

    private List<Message> next() throws NetlinkException {
        byte[] datagram =
                channel.receive()
                        .orElseThrow(
                                () ->
                                        NetlinkException.unanswered(
                                                "the kernel did not answer in time"));
        return Message.in(datagram);
    }

    @Override
    public void close() {
        channel.close();
    }
}
