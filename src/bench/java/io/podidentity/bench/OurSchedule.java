package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.harness.Tokens;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** This agent's schedule: its own caches, one a node, on the fleet's time. */
final class OurSchedule implements Schedule {

    private static final Duration LATENCY = FleetClock.STEP;

    private final CredentialCache[] caches;

    OurSchedule(Fleet fleet) {
        caches =
                IntStream.range(0, fleet.nodes)
                        .mapToObj(node -> cache(fleet))
                        .toArray(CredentialCache[]::new);
        for (CredentialCache cache : caches) {
            fleet.clock.in(fleet.random.nextInt(FleetClock.SECOND), cache::start);
        }
    }

    @Override
    public CompletionStage<Answer> ask(int pod) {
        return caches[Fleet.node(pod)].get(Tokens.of("pod" + pod), "client" + pod);
    }

    private static CredentialCache cache(Fleet fleet) {
        return new CredentialCache(
                request -> call(fleet.eksAuth),
                token -> new Verdict.Unverifiable("each pod has one token"),
                CacheSettings.of(Duration.ofHours(3), 2_000, 3),
                fleet.clock,
                task -> fleet.clock.after(LATENCY, task),
                fleet.random,
                SealedEntries.NONE,
                CacheEvents.NONE);
    }

    private static CredentialOutcome call(LimitedEksAuth eksAuth) {
        return eksAuth.call() ? eksAuth.issued() : LimitedEksAuth.THROTTLED;
    }
}
