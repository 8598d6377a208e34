package io.podidentity.bench;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestAuthority;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/**
 * Processor time of an exchange with EKS Auth over TLS, the first and later ones, of a hit and of a
 * start, and memory before and after the exchanges.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class Exchange {

    private static final int FIRST = 100;
    private static final int BETWEEN = 1_500;
    private static final int LATER = 1_000;
    private static final int AT_A_TIME = 4;
    private static final Duration HITS = Duration.ofSeconds(3);

    private Exchange() {}

    public static void main(String[] arguments) throws Exception {
        TestAuthority authority = TestAuthority.in(Files.createTempDirectory("exchange"));
        var contenders = Contender.all();
        Table table =
                new Table(
                        "Exchange",
                        List.of("agent"),
                        List.of(
                                "first exchanges, ms of CPU",
                                "later ones",
                                "a hit",
                                "CPU of a start with the warm-up, s",
                                "private dirty idle, MB",
                                "after the exchanges",
                                "resident idle, MB",
                                "after the exchanges"));
        for (int round = 1; round <= Table.ROUNDS; round++) {
            for (Contender each : contenders) {
                try (HttpPeer peer = new HttpPeer(authority).answer(EksAuthAnswers.issued());
                        PackagedAgent agent = each.start(peer.address(), authority.pem())) {
                    measure(each, agent, table);
                }
            }
        }
        table.write();
    }

    private static void measure(Contender each, PackagedAgent agent, Table table) throws Exception {
        double start = Contender.cpu(agent).toMillis() / 1e3;
        Memory idle = Memory.of(agent.pid());
        double first = exchanges(agent, 0, FIRST);
        double _ = exchanges(agent, FIRST, BETWEEN);
        double later = exchanges(agent, FIRST + BETWEEN, LATER);
        Memory used = Memory.of(agent.pid());
        table.add(
                List.of(each.name()),
                first,
                later,
                hit(agent),
                start,
                (double) idle.dirty(),
                (double) used.dirty(),
                (double) idle.resident(),
                (double) used.resident());
    }

    private static double exchanges(PackagedAgent agent, int first, int count)
            throws InterruptedException {
        Pods pods = new Pods(first, count);
        Duration before = Contender.cpu(agent);
        int served = pods.ask(agent.port(), AT_A_TIME).served();
        if (served < count) {
            System.out.printf("only %d of %d were served%n", served, count);
        }
        return Contender.cpu(agent).minus(before).toNanos() / 1e6 / count;
    }

    private static double hit(PackagedAgent agent) throws Exception {
        HttpLoad load =
                new HttpLoad(agent.port(), new Pods(FIRST + BETWEEN, 1).request(), AT_A_TIME);
        HttpLoad.Result _ = load.run(HITS);
        Duration before = Contender.cpu(agent);
        int hits = load.run(HITS).count();
        return Contender.cpu(agent).minus(before).toNanos() / 1e6 / hits;
    }
}
