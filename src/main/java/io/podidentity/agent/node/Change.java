package io.podidentity.agent.node;

/** One change to the node's network, which the kernel makes whole or not at all. */
public sealed interface Change {

    record CreateLink(String link, String kind) implements Change {}

    record DeleteLink(String link) implements Change {}

    record RaiseLink(String link) implements Change {}

    record AddAddress(String link, Prefix prefix) implements Change {}

    record RemoveAddress(String link, Prefix prefix) implements Change {}

    record AddRoute(String link, Prefix destination) implements Change {}

    record RemoveRoute(String link, Prefix destination) implements Change {}

    /** As in "would ...". */
    default String planned() {
        return in("create", "remove", "bring up", "add");
    }

    default String done() {
        return in("created", "removed", "brought up", "added");
    }

    /** Whether the node can do without it when it has no IPv6. */
    default boolean needsIpv6() {
        return switch (this) {
            case AddAddress(_, Prefix prefix) -> prefix.isIpv6();
            case RemoveAddress(_, Prefix prefix) -> prefix.isIpv6();
            case AddRoute(_, Prefix destination) -> destination.isIpv6();
            case RemoveRoute(_, Prefix destination) -> destination.isIpv6();
            case CreateLink _, DeleteLink _, RaiseLink _ -> false;
        };
    }

    private String in(String create, String remove, String raise, String add) {
        return switch (this) {
            case CreateLink(String link, String kind) -> create + " " + kind + " link " + link;
            case DeleteLink(String link) -> remove + " link " + link;
            case RaiseLink(String link) -> raise + " link " + link;
            case AddAddress(String link, Prefix p) -> add + " address " + p + " to " + link;
            case RemoveAddress(String link, Prefix p) -> remove + " address " + p + " from " + link;
            case AddRoute(String link, Prefix to) -> add + " route to " + to + " through " + link;
            case RemoveRoute(String link, Prefix to) ->
                    remove + " route to " + to + " through " + link;
        };
    }
}
