package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import java.time.Duration;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Nodes with pods that all start within a minute, each with the same SDK. */
final class Fleet {

    static final int PODS_PER_NODE = 60;

    private static final int ALL_START_WITHIN = FleetClock.steps(Duration.ofMinutes(1));
    private static final int REFRESH = FleetClock.steps(Duration.ofMinutes(15));
    private static final int MUST_REFRESH = FleetClock.steps(Duration.ofMinutes(10));
    private static final int APPLICATION_RETRIES = FleetClock.steps(Duration.ofSeconds(30));
    private static final int THROTTLED = 429;

    final FleetClock clock = new FleetClock();
    final Random random = new Random(42);
    final LimitedEksAuth eksAuth;
    final Sdk sdk;
    final int nodes;
    final int pods;

    private final int[] heldUntil;
    private final int[] tries;
    private final BitSet sawAnError = new BitSet();

    /**
     * @param rate that EKS Auth answers, calls per second of all nodes
     */
    Fleet(int nodes, int rate, Sdk sdk) {
        this.nodes = nodes;
        this.pods = nodes * PODS_PER_NODE;
        this.sdk = sdk;
        this.eksAuth = new LimitedEksAuth(clock, rate);
        this.heldUntil = new int[pods];
        this.tries = new int[pods];
    }

    static int node(int pod) {
        return pod / PODS_PER_NODE;
    }

    /** Lives through the day and returns how many pods saw an error. */
    int run(Schedule schedule) {
        for (int number = 0; number < pods; number++) {
            int pod = number;
            clock.in(random.nextInt(ALL_START_WITHIN), () -> ask(schedule, pod));
        }
        clock.run();
        return sawAnError.cardinality();
    }

    /** One try of the pod's SDK. */
    private void ask(Schedule schedule, int pod) {
        CompletableFuture<Answer> answer = schedule.ask(pod).toCompletableFuture();
        AtomicBoolean waiting = new AtomicBoolean(true);
        var _ =
                answer.thenAccept(
                        told -> {
                            if (waiting.getAndSet(false)) {
                                told(schedule, pod, told);
                            }
                        });
        if (waiting.get()) {
            clock.in(
                    sdk.timeout(),
                    () -> {
                        if (waiting.getAndSet(false)) {
                            fail(schedule, pod, true);
                        }
                    });
        }
    }

    private void told(Schedule schedule, int pod, Answer answer) {
        switch (answer.outcome()) {
            case Issued issued ->
                    take(
                            schedule,
                            pod,
                            FleetClock.steps(
                                    Duration.ofMillis(
                                            issued.credentials().expiration().toEpochMilli())));
            case Failed failed ->
                    fail(schedule, pod, failed.status() != THROTTLED || sdk.retriesThrottling());
            case Rejected rejected ->
                    fail(
                            schedule,
                            pod,
                            rejected.reason() == Reason.BUSY || sdk.retriesThrottling());
        }
    }

    private void take(Schedule schedule, int pod, int until) {
        tries[pod] = 0;
        heldUntil[pod] = until;
        int refresh = until - REFRESH - clock.step();
        clock.in(Math.max(refresh, APPLICATION_RETRIES), () -> ask(schedule, pod));
    }

    private void fail(Schedule schedule, int pod, boolean triesAgain) {
        tries[pod]++;
        if (triesAgain && tries[pod] < sdk.tries()) {
            clock.in(sdk.delay(), () -> ask(schedule, pod));
            return;
        }
        tries[pod] = 0;
        if (heldUntil[pod] - clock.step() <= MUST_REFRESH) {
            sawAnError.set(pod);
        }
        clock.in(APPLICATION_RETRIES, () -> ask(schedule, pod));
    }
}
