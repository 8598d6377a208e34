package io.podidentity.agent.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans the changes that give the link its addresses and routes. */
final class SetupPlanner {

    private final String name;

    SetupPlanner(String name) {
        this.name = name;
    }

    LinkPlan plan(NodeNetwork now, List<Prefix> wanted, String kind) {
        Optional<Link> link = now.link(name);
        int index = link.map(Link::index).orElse(0);
        Optional<Route> foreign =
                now.routes().stream()
                        .filter(route -> wanted.contains(route.destination()))
                        .filter(route -> route.link() != index || !route.unicast())
                        .findFirst();
        if (foreign.isPresent()) {
            return conflict(foreign.get(), now);
        }
        List<Change> changes = new ArrayList<>();
        if (link.isEmpty()) {
            changes.add(new Change.CreateLink(name, kind));
        }
        if (link.filter(Link::up).isEmpty()) {
            changes.add(new Change.RaiseLink(name));
        }
        for (Prefix prefix : wanted) {
            changes.addAll(addressChanges(prefix, index, now));
        }
        for (Prefix prefix : wanted) {
            if (now.routes().stream().noneMatch(route -> route.destination().equals(prefix))) {
                changes.add(new Change.AddRoute(name, prefix));
            }
        }
        return new LinkPlan.Steps(changes, elsewhere(wanted, index, now));
    }

    private LinkPlan.Conflict conflict(Route route, NodeNetwork now) {
        String where = route.link() == 0 ? "no single link" : now.nameOf(route.link());
        return new LinkPlan.Conflict(
                "a route to %s already leads through %s".formatted(route.destination(), where),
                "remove that route, or stop what puts it there, and run initialize again");
    }

    private List<Change> addressChanges(Prefix prefix, int index, NodeNetwork now) {
        List<Change> changes = new ArrayList<>();
        boolean fits = false;
        for (LinkAddress address : now.addresses()) {
            if (address.link() != index || !address.prefix().sameAddress(prefix)) {
                continue;
            }
            if (address.prefix().equals(prefix) && !address.duplicate()) {
                fits = true;
            } else {
                // A wider prefix attracts other traffic of pods, a duplicate cannot be bound.
                changes.add(new Change.RemoveAddress(name, address.prefix()));
            }
        }
        if (!fits) {
            changes.add(new Change.AddAddress(name, prefix));
        }
        return changes;
    }

    private List<String> elsewhere(List<Prefix> wanted, int index, NodeNetwork now) {
        return now.addresses().stream()
                .filter(address -> address.link() != index)
                .filter(address -> wanted.stream().anyMatch(address.prefix()::sameAddress))
                .map(
                        address ->
                                "address %s also sits on %s"
                                        .formatted(address.prefix(), now.nameOf(address.link())))
                .toList();
    }
}
