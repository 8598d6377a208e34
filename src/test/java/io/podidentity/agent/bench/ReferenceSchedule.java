package io.podidentity.agent.bench;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/**
 * The reference agent's schedule: renewal at a fixed age, found by a sweep each minute that renews
 * one pod after the other and takes two of three tokens a second for each; the AWS SDK's standard
 * three tries for every call; a request whose client has given up is cancelled.
 */
final class ReferenceSchedule implements Schedule {

    private static final int RETENTION = FleetClock.steps(Duration.ofHours(3));
    private static final int SWEEP = FleetClock.steps(Duration.ofMinutes(1));
    private static final int BETWEEN_RENEWALS = FleetClock.steps(Duration.ofMillis(667));
    private static final int TRIES = 3;

    private final Fleet fleet;
    private final int[] until = new int[Fleet.PODS];
    private final int[] fetched = new int[Fleet.PODS];
    private final int[] askedAt = new int[Fleet.PODS];
    private final byte[] tries = new byte[Fleet.PODS];
    private final BitSet flying = new BitSet(Fleet.PODS);
    private final int[] sweptAt = new int[Fleet.NODES];
    private final List<Queue<Integer>> due =
            Stream.<Queue<Integer>>generate(ArrayDeque::new).limit(Fleet.NODES).toList();

    ReferenceSchedule(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public int patience() {
        return fleet.sdk.timeout();
    }

    @Override
    public int ask(int pod) {
        int held = waited(pod);
        if (held == 0) {
            askedAt[pod] = now();
            tries[pod] = 0;
            if (!flying.get(pod)) {
                flying.set(pod);
                fleet.agenda.in(0, Fleet.fetch(pod));
            }
        }
        return held;
    }

    @Override
    public int waited(int pod) {
        return until[pod] > now() ? until[pod] : 0;
    }

    @Override
    public boolean throttled(int pod) {
        return tries[pod] == TRIES;
    }

    @Override
    public void fetch(int pod) {
        flying.clear(pod);
        if (now() - askedAt[pod] >= fleet.sdk.timeout()) {
            return;
        }
        tries[pod]++;
        if (fleet.eksAuth.call()) {
            issue(pod);
        } else if (tries[pod] < TRIES) {
            flying.set(pod);
            fleet.agenda.in(backOff(tries[pod]), Fleet.fetch(pod));
        }
    }

    /** One try of the renewal that the node is at; the next pod follows when it is done. */
    @Override
    public void renew(int pod) {
        tries[pod]++;
        if (fleet.eksAuth.call()) {
            issue(pod);
        } else if (tries[pod] < TRIES) {
            fleet.agenda.in(backOff(tries[pod]), Fleet.renewal(pod));
            return;
        }
        fleet.agenda.in(BETWEEN_RENEWALS, Fleet.tick(Fleet.node(pod)));
    }

    /** Goes on with the sweep, or begins the next. */
    @Override
    public void tick(int node) {
        if (due.get(node).isEmpty()) {
            sweep(node);
        }
        Integer pod = due.get(node).poll();
        if (pod == null) {
            fleet.agenda.in(SWEEP, Fleet.tick(node));
        } else {
            tries[pod] = 0;
            fleet.agenda.in(0, Fleet.renewal(pod));
        }
    }

    private void sweep(int node) {
        if (now() - sweptAt[node] < SWEEP) {
            return;
        }
        sweptAt[node] = now();
        int first = node * Fleet.PODS_PER_NODE;
        for (int pod = first; pod < first + Fleet.PODS_PER_NODE; pod++) {
            if (until[pod] > 0 && now() - fetched[pod] >= RETENTION) {
                due.get(node).add(pod);
            }
        }
    }

    private void issue(int pod) {
        until[pod] = now() + Fleet.LIFETIME;
        fetched[pod] = now();
    }

    private int backOff(int tried) {
        return 1 + (int) (fleet.random.nextDouble() * FleetClock.SECOND * (1 << (tried - 1)));
    }

    private int now() {
        return fleet.clock.step();
    }
}
