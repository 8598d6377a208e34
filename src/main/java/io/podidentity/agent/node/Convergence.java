package io.podidentity.agent.node;

import io.podidentity.config.LinkKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes a node one step at a time, observing it after each: the kernel adds some routes itself,
 * and other programs may change the same link.
 */
final class Convergence {

    /** A whole set-up takes seven; many more mean that another program undoes our changes. */
    private static final int MAX_ROUNDS = 32;

    private final Netlink netlink;
    private final String best;
    private final Deque<String> kinds;
    private final List<Prefix> wanted;
    private final List<Change> changes = new ArrayList<>();
    private final Set<String> notices = new LinkedHashSet<>();

    Convergence(Netlink netlink, LinkKind kind, List<Prefix> wanted) {
        this.netlink = netlink;
        this.best = kind.candidates().getFirst();
        this.kinds = new ArrayDeque<>(kind.candidates());
        this.wanted = new ArrayList<>(wanted);
    }

    LinkReport reconcile(Planner planner) throws NetlinkException {
        String interference = "";
        for (int round = 0; round < MAX_ROUNDS; round++) {
            switch (planner.plan(netlink.observe(), wanted, kinds.getFirst())) {
                case LinkPlan.Conflict(String problem, String remedy) -> {
                    return failed(problem, remedy);
                }
                case LinkPlan.Steps(var steps, var said) when steps.isEmpty() -> {
                    notices.addAll(said);
                    return new LinkReport.Ready(changes, List.copyOf(notices));
                }
                case LinkPlan.Steps(var steps, _) -> {
                    Change step = steps.getFirst();
                    try {
                        netlink.perform(step);
                        changes.add(step);
                    } catch (NetlinkException e) {
                        if (!survives(step, e)) {
                            return failed(cannot(step, e), remedy(step, e));
                        }
                        interference = cannot(step, e);
                    }
                }
            }
        }
        return failed(
                "the node's network changes faster than it can be set up; last: " + interference,
                "find what else manages the link");
    }

    /** Whether to go on after a refused step. */
    private boolean survives(Change step, NetlinkException e) {
        if (e.is(Errno.EEXIST) || e.is(Errno.ENODEV) || e.is(Errno.ESRCH)) {
            // Another program was faster; the next round sees what is left.
            return true;
        }
        if (step instanceof Change.CreateLink && e.is(Errno.EOPNOTSUPP) && kinds.size() > 1) {
            notices.add(
                    "the kernel has no %s link (%s): trying %s instead"
                            .formatted(kinds.removeFirst(), e.getMessage(), kinds.getFirst()));
            return true;
        }
        if (step.needsIpv6() && saysNoIpv6(e)) {
            wanted.removeIf(Prefix::isIpv6);
            notices.add(
                    "the node has no IPv6, or has it switched off (%s): pods are served over IPv4 only"
                            .formatted(cannot(step, e)));
            return true;
        }
        return false;
    }

    private static boolean saysNoIpv6(NetlinkException e) {
        // EACCES: disable_ipv6 is set. The others: a kernel without IPv6, or booted with it off.
        return e.is(Errno.EACCES) || e.is(Errno.EOPNOTSUPP) || e.is(Errno.EAFNOSUPPORT);
    }

    private LinkReport failed(String problem, String remedy) {
        return new LinkReport.Failed(changes, List.copyOf(notices), problem, remedy);
    }

    private static String cannot(Change step, NetlinkException e) {
        return "cannot " + step.planned() + ": " + e.getMessage();
    }

    private String remedy(Change step, NetlinkException e) {
        if (e.is(Errno.EPERM)) {
            return "initialize needs CAP_NET_ADMIN in the host's network namespace";
        }
        if (step instanceof Change.CreateLink && e.is(Errno.EOPNOTSUPP)) {
            return "load the kernel module (modprobe %s) or choose another --link-kind"
                    .formatted(best);
        }
        return "see the kernel's log (dmesg)";
    }

    @FunctionalInterface
    interface Planner {
        LinkPlan plan(NodeNetwork now, List<Prefix> wanted, String kind);
    }
}
