package io.podidentity.agent.bench;

import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.Tokens;
import io.podidentity.agent.token.ServiceAccountToken;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** 200 requests of one pod while the source hangs until it gives up after 4 s. */
public final class Hang {

    private static final Duration GIVES_UP = Duration.ofSeconds(4);
    private static final CacheSettings ON = CacheSettings.of(Duration.ofHours(3), 2_000, 3);

    private Hang() {}

    public static void main(String[] args) throws InterruptedException {
        List<ServiceAccountToken> requests = Collections.nCopies(200, Tokens.of("a"));
        System.out.printf("%-14s %6s %20s%n", "", "calls", "slowest answer");
        try (Agent agent = new Agent(GIVES_UP, false, ON)) {
            print("cache on", new Load(agent::ask).run(requests), agent);
        }
        try (Agent agent = new Agent(GIVES_UP, false, ON)) {
            print("source alone", new Load(agent::askSource).run(requests), agent);
        }
        System.out.println("three tries of each caller; the reference: 172 calls, 5.3 s");
    }

    private static void print(String name, Load.Result result, Agent agent) {
        System.out.printf(
                "%-14s %6d %18.2f s%n", name, agent.calls(), result.lastAnswered().toNanos() / 1e9);
    }
}
