package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    private final FleetClock clock;
    private final Issued[] held;
    private final int[] fetched;
    private final int[] askedAt;
    private final int[] tries;
    private final @Nullable CompletableFuture<Answer>[] flying;
    private final List<Queue<Integer>> due;

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
    ReferenceSchedule(Fleet fleet) {
        this.fleet = fleet;
        this.clock = fleet.clock;
        this.held = new Issued[fleet.pods];
        this.fetched = new int[fleet.pods];
        this.askedAt = new int[fleet.pods];
        this.tries = new int[fleet.pods];
        this.flying = new CompletableFuture[fleet.pods];
        this.due = Stream.<Queue<Integer>>generate(ArrayDeque::new).limit(fleet.nodes).toList();
        for (int number = 0; number < fleet.nodes; number++) {
            int node = number;
            clock.in(fleet.random.nextInt(SWEEP), () -> sweep(node));
        }
    }

    @Override
    public CompletionStage<Answer> ask(int pod) {
        Issued issued = held[pod];
        if (issued != null && issued.credentials().expiration().isAfter(clock.now())) {
            return CompletableFuture.completedStage(new Answer(issued, Origin.HIT));
        }
        askedAt[pod] = clock.step();
        tries[pod] = 0;
        CompletableFuture<Answer> running = flying[pod];
        if (running == null) {
            running = new CompletableFuture<>();
            flying[pod] = running;
            clock.in(0, () -> fetch(pod));
        }
        return running;
    }

    private void fetch(int pod) {
        CompletableFuture<Answer> waiting = flying[pod];
        if (clock.step() - askedAt[pod] >= fleet.sdk.timeout()) {
            flying[pod] = null;
            return;
        }
        tries[pod]++;
        if (fleet.eksAuth.call()) {
            issue(pod);
            land(pod, waiting, held[pod]);
        } else if (tries[pod] < TRIES) {
            clock.in(backOff(tries[pod]), () -> fetch(pod));
        } else {
            land(pod, waiting, LimitedEksAuth.THROTTLED);
        }
    }

    private void land(int pod, CompletableFuture<Answer> waiting, CredentialOutcome outcome) {
        flying[pod] = null;
        waiting.complete(new Answer(outcome, Origin.FETCHED));
    }

    private void sweep(int node) {
        int first = node * Fleet.PODS_PER_NODE;
        for (int pod = first; pod < first + Fleet.PODS_PER_NODE; pod++) {
            if (held[pod] != null && clock.step() - fetched[pod] >= RETENTION) {
                due.get(node).add(pod);
            }
        }
        next(node);
    }

    private void next(int node) {
        Integer pod = due.get(node).poll();
        if (pod == null) {
            clock.in(SWEEP, () -> sweep(node));
        } else {
            tries[pod] = 0;
            renew(pod);
        }
    }

    /** One try of the renewal that the node is at; the next pod follows when it is done. */
    private void renew(int pod) {
        tries[pod]++;
        if (fleet.eksAuth.call()) {
            issue(pod);
        } else if (tries[pod] < TRIES) {
            clock.in(backOff(tries[pod]), () -> renew(pod));
            return;
        }
        clock.in(BETWEEN_RENEWALS, () -> next(Fleet.node(pod)));
    }

    private void issue(int pod) {
        held[pod] = fleet.eksAuth.issued();
        fetched[pod] = clock.step();
    }

    private int backOff(int tried) {
        return 1 + (int) (fleet.random.nextDouble() * FleetClock.SECOND * (1 << (tried - 1)));
    }
}
