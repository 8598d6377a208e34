package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Many requests at once before a source that takes 200 ms, and the same again right after. */
public final class Bursts {

    private static final Duration LATENCY = Duration.ofMillis(200);
    private static final CacheSettings ON = CacheSettings.of(Duration.ofHours(3), 2_000, 3);
    private static final CacheSettings OFF = CacheSettings.of(Duration.ZERO, 2_000, 3);

    private static final List<Crowd> CROWDS =
            List.of(new Crowd(1_000, 1), new Crowd(500, 500), new Crowd(2_000, 2_000));
    private static final List<Variant> VARIANTS =
            List.of(
                    new Variant("cache on", ON, Agent::ask),
                    new Variant("cache off", OFF, Agent::ask),
                    new Variant("source alone", OFF, Agent::askSource));

    private Bursts() {}

    public static void main(String[] args) throws InterruptedException {
        // Once for the compiler.
        String _ = line(CROWDS.getLast(), VARIANTS.getFirst());
        System.out.printf(
                "%8s %6s  %-12s %7s %7s %8s %8s %12s %11s%n",
                "requests",
                "pods",
                "",
                "calls",
                "served",
                "1st try",
                "last",
                "calls again",
                "last");
        for (Crowd crowd : CROWDS) {
            for (Variant variant : VARIANTS) {
                System.out.print(line(crowd, variant));
            }
        }
    }

    private static String line(Crowd crowd, Variant variant) throws InterruptedException {
        try (Agent agent = new Agent(LATENCY, true, variant.settings)) {
            Load.Result first = load(variant, agent).run(crowd.tokens());
            int calls = agent.calls();
            Load.Result again = load(variant, agent).run(crowd.tokens());
            return String.format(
                    "%8d %6d  %-12s %7d %7d %8d %6.2f s %12d %9.3f s%n",
                    crowd.requests,
                    crowd.pods,
                    variant.name,
                    calls,
                    first.served(),
                    first.servedAtOnce(),
                    first.lastServed().toNanos() / 1e9,
                    agent.calls() - calls,
                    again.lastServed().toNanos() / 1e9);
        }
    }

    private static Load load(Variant variant, Agent agent) {
        return new Load(Load.TRIES, token -> variant.way.apply(agent, token));
    }

    private record Crowd(int requests, int pods) {
        List<ServiceAccountToken> tokens() {
            return IntStream.range(0, requests).mapToObj(i -> Tokens.of("pod" + i % pods)).toList();
        }
    }

    private record Variant(
            String name,
            CacheSettings settings,
            BiFunction<Agent, ServiceAccountToken, CompletionStage<Answer>> way) {}
}
