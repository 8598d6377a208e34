package io.podidentity.agent.node;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A node in memory that refuses what a kernel would refuse, and adds the routes a kernel adds. */
final class FakeNode implements Netlink {

    enum Trait {
        NO_PRIVILEGE,
        NO_IPV6,
        IPV6_SWITCHED_OFF
    }

    static final int KERNEL = 2;

    final List<Link> links = new ArrayList<>(List.of(new Link(1, "lo", "", true, "")));
    final List<LinkAddress> addresses = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();
    final List<Change> performed = new ArrayList<>();
    final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    Set<String> kinds = Set.of("dummy", "bridge");

    /** What others do between our look and our change. */
    Runnable meanwhile = () -> {};

    @Override
    public synchronized NodeNetwork observe() {
        return new NodeNetwork(links, addresses, routes);
    }

    @Override
    public synchronized void perform(Change change) throws NetlinkException {
        meanwhile.run();
        refuseIf(traits.contains(Trait.NO_PRIVILEGE), Errno.EPERM, "");
        if (change.needsIpv6()) {
            refuseIf(traits.contains(Trait.NO_IPV6), Errno.EOPNOTSUPP, "");
            refuseIf(traits.contains(Trait.IPV6_SWITCHED_OFF), Errno.EACCES, "IPv6 is disabled");
        }
        switch (change) {
            case Change.CreateLink(String name, String kind) -> create(name, kind);
            case Change.DeleteLink(String name) -> delete(existing(name));
            case Change.RaiseLink(String name) -> raise(existing(name));
            case Change.AddAddress(String name, Prefix prefix) -> add(existing(name), prefix);
            case Change.RemoveAddress(String name, Prefix prefix) -> {
                int index = existing(name).index();
                addresses.removeIf(a -> a.link() == index && a.prefix().equals(prefix));
            }
            case Change.AddRoute(String name, Prefix to) ->
                    routes.add(new Route(existing(name).index(), to, true, Mark.PROTOCOL));
            case Change.RemoveRoute(String name, Prefix to) -> {
                int index = existing(name).index();
                routes.removeIf(r -> r.link() == index && r.destination().equals(to));
            }
        }
        performed.add(change);
    }

    Link addLink(String name, String kind, boolean up, String alias) {
        Link link = new Link(links.size() + 1, name, kind, up, alias);
        links.add(link);
        return link;
    }

    void addAddress(Link link, String literal, int length, int protocol) {
        Prefix prefix = new Prefix(Prefix.host(literal).address(), length);
        addresses.add(new LinkAddress(link.index(), prefix, false, protocol));
    }

    void addRoute(Link link, String literal, int protocol) {
        routes.add(new Route(link.index(), Prefix.host(literal), true, protocol));
    }

    synchronized void delete(Link link) {
        links.remove(link);
        addresses.removeIf(address -> address.link() == link.index());
        routes.removeIf(route -> route.link() == link.index());
    }

    private void create(String name, String kind) throws NetlinkException {
        refuseIf(!kinds.contains(kind), Errno.EOPNOTSUPP, "Unknown device type");
        refuseIf(observe().link(name).isPresent(), Errno.EEXIST, "");
        addLink(name, kind, false, Mark.LINK_ALIAS);
    }

    private void raise(Link link) {
        links.set(
                links.indexOf(link),
                new Link(link.index(), link.name(), link.kind(), true, link.alias()));
    }

    private void add(Link link, Prefix prefix) throws NetlinkException {
        refuseIf(
                addresses.stream()
                        .filter(address -> address.link() == link.index())
                        .anyMatch(address -> address.prefix().sameAddress(prefix)),
                Errno.EEXIST,
                "");
        addresses.add(new LinkAddress(link.index(), prefix, false, Mark.PROTOCOL));
        if (prefix.isIpv6()) {
            routes.add(new Route(link.index(), prefix, true, KERNEL));
        }
    }

    private Link existing(String name) throws NetlinkException {
        return observe().link(name).orElseThrow(() -> NetlinkException.refused(Errno.ENODEV, ""));
    }

    private static void refuseIf(boolean condition, int errno, String detail)
            throws NetlinkException {
        if (condition) {
            throw NetlinkException.refused(errno, detail);
        }
    }

    @Override
    public void close() {}
}
