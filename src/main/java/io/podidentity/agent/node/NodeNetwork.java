package io.podidentity.agent.node;

import java.util.List;
import java.util.Optional;

/** What the node's network looked like at one moment. */
record NodeNetwork(List<Link> links, List<LinkAddress> addresses, List<Route> routes) {

    NodeNetwork {
        links = List.copyOf(links);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    Optional<Link> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    String nameOf(int index) {
        return links.stream()
                .filter(link -> link.index() == index)
                .map(Link::name)
                .findFirst()
                .orElse("link " + index);
    }
}
