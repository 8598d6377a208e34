package io.podidentity.bench;

import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.harness.Tokens;
import java.time.Duration;
import java.util.Collections;

/** 200 requests of one pod while the source hangs until it gives up after 4 s. */
public final class Hang {

    private static final Duration GIVES_UP = Duration.ofSeconds(4);
    private static final CacheSettings ON = CacheSettings.of(Duration.ofHours(3), 2_000, 3);

    private Hang() {}

    public static void main(String[] args) throws InterruptedException {
        try (Agent agent = new Agent(Duration.ZERO, false, ON)) {
            // Once for the compiler.
            var _ = new Load(1, agent::ask).run(Collections.nCopies(200, Tokens.of("a")));
        }
        System.out.printf("%-14s %6s %6s %16s%n", "", "tries", "calls", "slowest answer");
        for (int tries : new int[] {1, Load.TRIES}) {
            try (Agent agent = new Agent(GIVES_UP, false, ON)) {
                print("cache on", tries, new Load(tries, agent::ask), agent);
            }
            try (Agent agent = new Agent(GIVES_UP, false, ON)) {
                print("source alone", tries, new Load(tries, agent::askSource), agent);
            }
        }
        System.out.println("the reference, one try: 172 to 225 calls, 5.3 s");
    }

    private static void print(String name, int tries, Load load, Agent agent)
            throws InterruptedException {
        Duration slowest = load.run(Collections.nCopies(200, Tokens.of("a")));
        System.out.printf(
                "%-14s %6d %6d %14.2f s%n", name, tries, agent.calls(), slowest.toNanos() / 1e9);
    }
}
