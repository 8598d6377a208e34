package io.podidentity.bench;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Processes;
import io.podidentity.harness.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many new pods at once, before an EKS Auth that takes 200 ms, over TLS or with a short accept
 * queue, on an idle and on a busy machine.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class Bursts {

    private static final int WARM_UPS = 3;
    private static final List<Integer> COUNTS = List.of(500, 2_000);
    private static final Duration LATENCY = Duration.ofMillis(200);
    private static final int BACKLOG = 5;
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(1);
    private static final int CORES = 2;

    private static final Answer ANSWER = Answer.late(LATENCY, EksAuthAnswers.issued());

    private final Table table =
            new Table(
                    "Bursts",
                    List.of("EKS Auth", "cores", "pods", "agent"),
                    List.of(
                            "on the first try",
                            "in all",
                            "last, s",
                            "calls",
                            "connections",
                            "ms of CPU a pod"));
    private final List<Contender> contenders;
    private final TestAuthority authority;

    private Bursts(List<Contender> contenders, TestAuthority authority) {
        this.contenders = contenders;
        this.authority = authority;
    }

    public static void main(String[] arguments) throws Exception {
        List<Contender> contenders = Contender.all();
        contenders.addFirst(contenders.getFirst().cold());
        Bursts bursts =
                new Bursts(contenders, TestAuthority.in(Files.createTempDirectory("bursts")));
        bursts.warmUp();
        for (int round = 1; round <= Table.ROUNDS; round++) {
            bursts.round("idle");
            List<Process> loops = new ArrayList<>();
            try {
                for (int core = 0; core < CORES; core++) {
                    loops.add(
                            Processes.start(new ProcessBuilder("sh", "-c", "while :; do :; done")));
                }
                bursts.round("busy");
            } finally {
                loops.forEach(Processes::kill);
            }
        }
        bursts.table.write();
    }

    /** What measures must cost little: it has the same cores. */
    private void warmUp() throws Exception {
        Pods pods = new Pods(0, COUNTS.getLast() + 1);
        for (int i = 0; i < WARM_UPS; i++) {
            try (HttpPeer peer = new HttpPeer(authority).answer(EksAuthAnswers.issued());
                    PackagedAgent agent =
                            contenders.getLast().start(peer.address(), authority.pem())) {
                pods.ask(agent.port(), CORES);
            }
        }
    }

    private void round(String machine) throws Exception {
        for (int count : COUNTS) {
            for (Contender each : contenders) {
                try (HttpPeer peer = new HttpPeer(authority).answer(ANSWER)) {
                    burst("TLS", machine, count, each, peer);
                }
                try (HttpPeer peer = HttpPeer.slowToAccept(BACKLOG, ACCEPT_PAUSE).answer(ANSWER)) {
                    burst("slow accept", machine, count, each, peer);
                }
            }
        }
    }

    private void burst(String eksAuth, String machine, int count, Contender each, HttpPeer peer)
            throws IOException, InterruptedException {
        Path trusted = authority.pem();
        try (PackagedAgent agent = each.start(peer.address(), trusted)) {
            Pods.Result first = new Pods(0, 1).ask(agent.port());
            Pods pods = new Pods(1, count);
            int calls = peer.requests().size();
            int connections = peer.connections();
            Duration cpu = Contender.cpu(agent);
            Pods.Result result = pods.ask(agent.port());
            Duration used = Contender.cpu(agent).minus(cpu);
            int called = peer.requests().size() - calls;
            if (first.served() == 0) {
                System.out.println("the next one served nobody before");
            }
            // A row of its own: a median would hide it.
            String name = each.name() + (each.breakerOpen(agent) ? ", breaker open" : "");
            table.add(
                    List.of(eksAuth, machine, String.valueOf(count), name),
                    result.servedAtOnce(),
                    result.served(),
                    result.last().toMillis() / 1e3,
                    called,
                    peer.connections() - connections,
                    used.toMillis() / (double) count);
            agent.kill();
        }
    }
}
