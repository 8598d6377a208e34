package io.podidentity.agent.node;

import io.podidentity.config.LinkKind;
import io.podidentity.config.WellKnown;
import java.time.Duration;
import java.util.List;

/** Sets up the link and addresses where pods ask for credentials, or removes them. */
public final class LinkSetup {

    private final Netlink.Opener kernel;
    private final LinkKind kind;
    private final List<Prefix> wanted =
            List.of(Prefix.host(WellKnown.IPV4_ADDRESS), Prefix.host(WellKnown.IPV6_ADDRESS));

    LinkSetup(Netlink.Opener kernel, LinkKind kind) {
        this.kernel = kernel;
        this.kind = kind;
    }

    /** Works on the network namespace of this process. */
    public static LinkSetup onThisNode(LinkKind kind) {
        return new LinkSetup(KernelNetlink::open, kind);
    }

    /** Creates what is missing; changes nothing where all is in place. */
    public LinkReport apply() {
        SetupPlanner planner = new SetupPlanner(WellKnown.LINK_NAME);
        return run(netlink -> new Convergence(netlink, kind, wanted).reconcile(planner::plan));
    }

    /** Removes what {@link #apply()} made, on this run or an earlier one. */
    public LinkReport undo() {
        UndoPlanner planner = new UndoPlanner(WellKnown.LINK_NAME);
        return run(
                netlink ->
                        new Convergence(netlink, kind, wanted)
                                .reconcile((now, prefixes, _) -> planner.plan(now, prefixes)));
    }

    /** What {@link #apply()} would change. */
    public LinkReport previewApply() {
        SetupPlanner planner = new SetupPlanner(WellKnown.LINK_NAME);
        String first = kind.candidates().getFirst();
        return run(netlink -> preview(planner.plan(netlink.observe(), wanted, first)));
    }

    /** What {@link #undo()} would change. */
    public LinkReport previewUndo() {
        UndoPlanner planner = new UndoPlanner(WellKnown.LINK_NAME);
        return run(netlink -> preview(planner.plan(netlink.observe(), wanted)));
    }

    NetworkEvents events(Duration pollInterval) throws NetlinkException {
        return KernelEvents.open(pollInterval, WellKnown.LINK_NAME, wanted);
    }

    private static LinkReport preview(LinkPlan plan) {
        return switch (plan) {
            case LinkPlan.Steps(var changes, var notices) -> new LinkReport.Ready(changes, notices);
            case LinkPlan.Conflict(String problem, String remedy) ->
                    new LinkReport.Failed(List.of(), List.of(), problem, remedy);
        };
    }

    private LinkReport run(Work work) {
        try (Netlink netlink = kernel.open()) {
            return work.on(netlink);
        } catch (NetlinkException e) {
            return new LinkReport.Failed(
                    List.of(),
                    List.of(),
                    "cannot read the node's network: " + e.getMessage(),
                    "allow AF_NETLINK sockets (seccomp, security context)");
        }
    }

    @FunctionalInterface
    private interface Work {
        LinkReport on(Netlink netlink) throws NetlinkException;
    }
}
