package io.podidentity.agent.bench;

import java.time.Duration;
import java.util.BitSet;
import java.util.Random;

/** Nodes with pods that all start within a minute, each with the same SDK. */
final class Fleet {

    static final int NODES = 10_000;
    static final int PODS_PER_NODE = 60;
    static final int PODS = NODES * PODS_PER_NODE;
    static final Duration DAY = Duration.ofDays(1);
    static final int LIFETIME = FleetClock.steps(Duration.ofHours(6));
    static final int STEPS = FleetClock.steps(DAY);

    private static final int ALL_START_WITHIN = FleetClock.steps(Duration.ofMinutes(1));
    private static final int REFRESH = FleetClock.steps(Duration.ofMinutes(15));
    private static final int MUST_REFRESH = FleetClock.steps(Duration.ofMinutes(10));
    private static final int APPLICATION_RETRIES = FleetClock.steps(Duration.ofSeconds(30));

    final FleetClock clock = new FleetClock();
    final Agenda agenda = new Agenda(clock, STEPS, 3 * PODS + NODES);
    final Random random = new Random(42);
    final LimitedEksAuth eksAuth;
    final Sdk sdk;

    private final int[] heldUntil = new int[PODS];
    private final byte[] tries = new byte[PODS];
    private final BitSet waiting = new BitSet(PODS);
    private final BitSet sawAnError = new BitSet(PODS);

    Fleet(int rate, Sdk sdk) {
        this.sdk = sdk;
        this.eksAuth = new LimitedEksAuth(clock, rate, (int) DAY.toSeconds());
    }

    static int fetch(int pod) {
        return PODS + pod;
    }

    static int renewal(int pod) {
        return 2 * PODS + pod;
    }

    static int tick(int node) {
        return 3 * PODS + node;
    }

    static int node(int pod) {
        return pod / PODS_PER_NODE;
    }

    /** Lives through the day and returns how many pods saw an error. */
    int run(Schedule schedule) {
        for (int pod = 0; pod < PODS; pod++) {
            agenda.at(random.nextInt(ALL_START_WITHIN), pod);
        }
        for (int node = 0; node < NODES; node++) {
            agenda.at(random.nextInt(ALL_START_WITHIN), tick(node));
        }
        agenda.run(event -> happens(schedule, event));
        return sawAnError.cardinality();
    }

    private void happens(Schedule schedule, int event) {
        if (event < PODS) {
            sdk(schedule, event);
        } else if (event < 2 * PODS) {
            schedule.fetch(event - PODS);
        } else if (event < 3 * PODS) {
            schedule.renew(event - 2 * PODS);
        } else {
            schedule.tick(event - 3 * PODS);
        }
    }

    private void sdk(Schedule schedule, int pod) {
        boolean waited = waiting.get(pod);
        int until = waited ? schedule.waited(pod) : schedule.ask(pod);
        waiting.set(pod, !waited && until == 0);
        if (until > 0) {
            take(pod, until);
        } else if (waited) {
            fail(pod, sdk.retriesThrottling() || !schedule.throttled(pod));
        } else {
            agenda.in(schedule.patience(), pod);
        }
    }

    private void take(int pod, int until) {
        tries[pod] = 0;
        heldUntil[pod] = until;
        agenda.at(Math.max(until - REFRESH, clock.step() + APPLICATION_RETRIES), pod);
    }

    private void fail(int pod, boolean triesAgain) {
        tries[pod]++;
        if (triesAgain && tries[pod] < sdk.tries()) {
            agenda.in(sdk.delay(), pod);
            return;
        }
        tries[pod] = 0;
        if (heldUntil[pod] - clock.step() <= MUST_REFRESH) {
            sawAnError.set(pod);
        }
        agenda.in(APPLICATION_RETRIES, pod);
    }
}
