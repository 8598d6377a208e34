package io.podidentity.agent.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans the removal of what we made, and only that. */
final class UndoPlanner {

    private final String name;

    UndoPlanner(String name) {
        this.name = name;
    }

    LinkPlan.Steps plan(NodeNetwork now, List<Prefix> wanted) {
        Optional<Link> link = now.link(name);
        if (link.isEmpty()) {
            return new LinkPlan.Steps(List.of(), List.of());
        }
        int index = link.get().index();
        List<String> reasonsToKeep = reasonsToKeep(link.get(), now, wanted);
        if (reasonsToKeep.isEmpty()) {
            return new LinkPlan.Steps(List.of(new Change.DeleteLink(name)), List.of());
        }
        List<Change> changes = new ArrayList<>();
        now.routes().stream()
                .filter(route -> route.link() == index && wanted.contains(route.destination()))
                .filter(route -> route.protocol() == Mark.PROTOCOL)
                .map(route -> new Change.RemoveRoute(name, route.destination()))
                .forEach(changes::add);
        now.addresses().stream()
                .filter(address -> address.link() == index && wanted.contains(address.prefix()))
                .filter(address -> address.protocol() == Mark.PROTOCOL)
                .map(address -> new Change.RemoveAddress(name, address.prefix()))
                .forEach(changes::add);
        return new LinkPlan.Steps(changes, reasonsToKeep);
    }

    private List<String> reasonsToKeep(Link link, NodeNetwork now, List<Prefix> wanted) {
        List<String> reasons = new ArrayList<>();
        if (!link.alias().equals(Mark.LINK_ALIAS)) {
            reasons.add("link " + name + " is kept: it was not made by initialize");
        }
        now.addresses().stream()
                .filter(address -> address.link() == link.index())
                .filter(address -> !wanted.contains(address.prefix()))
                // The kernel adds one of these to every link.
                .filter(
                        address ->
                                !address.prefix().address().isLinkLocalAddress()
                                        || !address.prefix().isIpv6())
                .map(address -> "link " + name + " is kept: it also carries " + address.prefix())
                .forEach(reasons::add);
        return reasons;
    }
}
