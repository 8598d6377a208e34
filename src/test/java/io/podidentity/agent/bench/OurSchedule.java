package io.podidentity.agent.bench;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.RenewalPolicy;
import io.podidentity.agent.cache.RenewalPolicy.Freshness;
import io.podidentity.agent.cache.RenewalPolicy.Plan;
import io.podidentity.agent.cache.Slowdown;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;

/** This agent's schedule: the cache's own {@link RenewalPolicy} and {@link Slowdown}. */
final class OurSchedule implements Schedule {

    private static final int PATIENCE = FleetClock.steps(Duration.ofMillis(900));
    private static final int PERSISTENCE = FleetClock.steps(Duration.ofSeconds(30));
    private static final int COMES_BACK_WITHIN = FleetClock.steps(Duration.ofMillis(2_500));
    private static final Duration LIFETIME = FleetClock.duration(Fleet.LIFETIME);
    private static final int PERMITS = 512;
    private static final double RENEWALS_PER_SECOND = 3;
    private static final int NOT_FLYING = -1;

    private final RenewalPolicy policy = new RenewalPolicy(Duration.ofHours(3));
    private final Fleet fleet;

    private final int[] until = new int[Fleet.PODS];
    private final int[] begun = new int[Fleet.PODS];
    private final int[] asked = new int[Fleet.PODS];
    private final int[] flyingSince = new int[Fleet.PODS];
    private final byte[] failures = new byte[Fleet.PODS];
    private final Plan[] plans = new Plan[Fleet.PODS];
    private final BitSet planned = new BitSet(Fleet.PODS);

    private final BitSet letting = new BitSet(Fleet.NODES);
    private final Slowdown[] slowdowns = new Slowdown[Fleet.NODES];
    private final int[] pausedAt = new int[Fleet.NODES];
    private final int[] nextRenewal = new int[Fleet.NODES];
    private final int[] calledAt = new int[Fleet.NODES];
    private final int[] calls = new int[Fleet.NODES];

    OurSchedule(Fleet fleet) {
        this.fleet = fleet;
        Arrays.fill(flyingSince, NOT_FLYING);
        Arrays.setAll(
                slowdowns, n -> new Slowdown(PERMITS, fleet.clock, fleet.random, CacheEvents.NONE));
    }

    @Override
    public int patience() {
        return PATIENCE;
    }

    @Override
    public int ask(int pod) {
        asked[pod] = now();
        return switch (freshness(pod)) {
            case FRESH -> until[pod];
            case DUE -> {
                if (!planned.get(pod)) {
                    plan(pod, 0);
                }
                yield until[pod];
            }
            case CRITICAL, SPENT -> {
                if (flyingSince[pod] == NOT_FLYING) {
                    flyingSince[pod] = now();
                    letOut(Fleet.node(pod), 0);
                }
                yield 0;
            }
        };
    }

    @Override
    public int waited(int pod) {
        return freshness(pod) == Freshness.SPENT ? 0 : until[pod];
    }

    @Override
    public boolean throttled(int pod) {
        // It was told 503 while the fetch goes on.
        return false;
    }

    /** The node's queue: the one who has waited longest goes first. */
    @Override
    public void fetch(int event) {
        int node = Fleet.node(event);
        letting.clear(node);
        for (int pod = next(node); pod >= 0; pod = next(node)) {
            int wait = wait(node);
            if (wait > 0) {
                letOut(node, wait);
                return;
            }
            if (call(node)) {
                issue(pod);
            } else if (now() - flyingSince[pod] >= PERSISTENCE) {
                flyingSince[pod] = NOT_FLYING;
            }
        }
    }

    private int next(int node) {
        int next = -1;
        int first = node * Fleet.PODS_PER_NODE;
        for (int pod = first; pod < first + Fleet.PODS_PER_NODE; pod++) {
            if (slowdowns[node].share() < 1 && now() - asked[pod] > COMES_BACK_WITHIN) {
                flyingSince[pod] = NOT_FLYING;
            }
            if (flyingSince[pod] != NOT_FLYING
                    && (next < 0 || flyingSince[pod] < flyingSince[next])) {
                next = pod;
            }
        }
        return next;
    }

    private void letOut(int node, int in) {
        if (!letting.get(node)) {
            letting.set(node);
            fleet.agenda.in(in, Fleet.fetch(node * Fleet.PODS_PER_NODE));
        }
    }

    @Override
    public void renew(int pod) {
        planned.clear(pod);
        Freshness freshness = freshness(pod);
        if (freshness == Freshness.FRESH) {
            plan(pod, untilDue(pod));
        } else if (freshness == Freshness.SPENT || asked[pod] < begun[pod]) {
            return;
        } else {
            renewDue(pod, Fleet.node(pod));
        }
    }

    @Override
    public void tick(int node) {
        // The sweep is each pod's own event here.
    }

    private void renewDue(int pod, int node) {
        int wait = Math.max(wait(node), nextRenewal[node] - now());
        if (wait > 0) {
            plan(pod, wait);
            return;
        }
        double pace = RENEWALS_PER_SECOND * slowdowns[node].share();
        nextRenewal[node] = now() + Math.max(1, (int) (FleetClock.SECOND / pace));
        if (call(node)) {
            issue(pod);
            return;
        }
        failures[pod]++;
        plan(pod, FleetClock.steps(RenewalPolicy.retryAfter(failures[pod], null, fleet.random)));
    }

    private void issue(int pod) {
        until[pod] = now() + Fleet.LIFETIME;
        begun[pod] = now();
        failures[pod] = 0;
        flyingSince[pod] = NOT_FLYING;
        plans[pod] = policy.plan(LIFETIME, fleet.random);
        if (!planned.get(pod)) {
            plan(pod, untilDue(pod));
        }
    }

    private boolean call(int node) {
        calls[node] = calledAt[node] == now() ? calls[node] + 1 : 1;
        calledAt[node] = now();
        if (fleet.eksAuth.call()) {
            slowdowns[node].eased(fleet.clock.nanos());
            return true;
        }
        slowdowns[node].throttled(fleet.clock.nanos(), calls[node], null);
        pausedAt[node] = now();
        return false;
    }

    /** Calls of the same step are out already when the first of them is throttled. */
    private int wait(int node) {
        if (calledAt[node] == now() && calls[node] >= slowdowns[node].open()) {
            return 1;
        }
        return pausedAt[node] == now() ? 0 : pause(node);
    }

    private int pause(int node) {
        return Math.max(0, FleetClock.steps(slowdowns[node].pause()));
    }

    private void plan(int pod, int steps) {
        planned.set(pod);
        fleet.agenda.in(steps, Fleet.renewal(pod));
    }

    private int untilDue(int pod) {
        return Math.max(1, until[pod] - now() - FleetClock.steps(plans[pod].renewAt()));
    }

    private Freshness freshness(int pod) {
        return plans[pod] == null
                ? Freshness.SPENT
                : plans[pod].freshness(FleetClock.duration(until[pod] - now()));
    }

    private int now() {
        return fleet.clock.step();
    }
}
