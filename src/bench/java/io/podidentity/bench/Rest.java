package io.podidentity.bench;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestAuthority;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Memory before a burst of 500 new pods over TLS, after it, and after minutes of rest. */
@SuppressWarnings("SystemOut") // It is there to print.
public final class Rest {

    private static final int PODS = 500;
    private static final Duration REST = Duration.ofMinutes(4);

    private Rest() {}

    public static void main(String[] arguments) throws Exception {
        TestAuthority authority = TestAuthority.in(Files.createTempDirectory("rest"));
        Table table =
                new Table(
                        "Rest",
                        List.of("agent"),
                        List.of(
                                "private dirty idle, MB",
                                "after 500 pods",
                                "after four minutes of rest",
                                "resident idle, MB",
                                "after 500 pods",
                                "after four minutes of rest"));
        for (int round = 1; round <= Table.ROUNDS; round++) {
            for (Contender each : Contender.all()) {
                measure(each, authority, table);
            }
        }
        table.write();
    }

    private static void measure(Contender each, TestAuthority authority, Table table)
            throws Exception {
        List<Memory> memory = new ArrayList<>();
        try (HttpPeer peer =
                        new HttpPeer(authority)
                                .answer(
                                        HttpPeer.Answer.late(
                                                Duration.ofMillis(200), EksAuthAnswers.issued()));
                PackagedAgent agent = each.start(peer.address(), authority.pem())) {
            memory.add(Memory.of(agent.pid()));
            Pods.Result burst = new Pods(0, PODS).ask(agent.port());
            System.out.printf("%s served %d of %d%n", each.name(), burst.served(), PODS);
            memory.add(Memory.of(agent.pid()));
            Thread.sleep(REST);
            memory.add(Memory.of(agent.pid()));
        }
        double[] dirtyThenResident = new double[2 * memory.size()];
        for (int i = 0; i < memory.size(); i++) {
            dirtyThenResident[i] = memory.get(i).dirty();
            dirtyThenResident[memory.size() + i] = memory.get(i).resident();
        }
        table.add(List.of(each.name()), dirtyThenResident);
    }
}
