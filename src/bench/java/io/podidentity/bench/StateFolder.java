package io.podidentity.bench;

import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.state.EntryKeeper;
import io.podidentity.agent.state.StateEvents;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a record costs to write, to find and to miss; and what 2,000 of them cost the packaged
 * agent, with the image's memory: start to ready, the first answer of each pod, memory, against no
 * state folder in the same run.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class StateFolder {

    /** The peer's, which would write a line for each pod. */
    private static final Logger LOG = Logger.getLogger("io.podidentity");

    private static final int PODS = 2_000;
    private static final int ROUNDS = 3;

    /** Each address has its share of misses. */
    private static final int PODS_PER_ADDRESS = 250;

    private static final Duration LIFE = Duration.ofHours(6);

    private StateFolder() {}

    public static void main(String[] arguments) throws Exception {
        LOG.setLevel(Level.WARNING);
        Path memory = Path.of("/dev/shm");
        Path folder =
                Files.isDirectory(memory)
                        ? Files.createTempDirectory(memory, "state")
                        : Files.createTempDirectory("state");
        try {
            records(folder.resolve("records"));
            agents(folder.resolve("agents"));
        } finally {
            delete(folder);
        }
    }

    private static void records(Path folder) throws Exception {
        Clock clock = Clock.systemUTC();
        Sized sized = new Sized();
        List<String> tokens = IntStream.range(0, 2 * PODS).mapToObj(sized::token).toList();
        Map<String, Contents> entries = new HashMap<>();
        Executor thread = Background.platform("records", 1);
        try (SystemTimeline timeline = new SystemTimeline(clock);
                EntryKeeper keeper =
                        new EntryKeeper(
                                folder, PODS, "", thread, timeline, clock, new StateEvents() {})) {
            for (int pod = 0; pod < PODS; pod++) {
                entries.put(
                        Sized.uid(pod),
                        new Contents(
                                sized.issued(
                                        new CredentialRequest(tokens.get(pod), null),
                                        clock.instant().plus(LIFE)),
                                LIFE,
                                LIFE,
                                List.of(keeper.seal(tokens.get(pod)))));
            }
            keeper.start(entries::get);
            for (int round = 0; round < ROUNDS; round++) {
                time(
                        round == 0 ? "first write" : "write again",
                        thread,
                        pod -> keeper.changed(Sized.uid(pod)));
                time(
                        "found",
                        thread,
                        pod -> keeper.open(Sized.uid(pod), tokens.get(pod), StateFolder::found));
                time(
                        "missed",
                        thread,
                        pod -> keeper.open("other", tokens.get(PODS + pod), any -> {}));
            }
        }
    }

    private static void found(Object contents) {
        if (contents == null) {
            throw new IllegalStateException("a record is missing");
        }
    }

    private static void time(String what, Executor thread, IntConsumer each) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        long start = System.nanoTime();
        IntStream.range(0, PODS).forEach(each);
        thread.execute(done::countDown);
        done.await();
        System.out.printf(
                "record, %-12s %6.0f us%n", what, (System.nanoTime() - start) / 1e3 / PODS);
    }

    private static void agents(Path folder) throws Exception {
        Files.createDirectory(folder);
        Instant now = Instant.now().minusSeconds(60);
        List<String> tokens =
                IntStream.range(0, PODS)
                        .mapToObj(
                                pod ->
                                        TestTokens.at(now)
                                                .pod("shop", "web", "web-" + pod, "web-" + pod)
                                                .sign())
                        .toList();
        try (EksAuthPeer peer = EksAuthPeer.start()) {
            run("no state folder", peer, null, tokens);
            run("empty", peer, folder, tokens);
            for (int round = 0; round < ROUNDS; round++) {
                run("no state folder", peer, null, tokens);
                run("2,000 records", peer, folder, tokens);
            }
        }
    }

    private static void run(String what, EksAuthPeer peer, Path state, List<String> tokens)
            throws Exception {
        PackagedAgent.Builder builder =
                PackagedAgent.server().memoryOfImage().endpoint(peer.endpoint());
        if (state != null) {
            builder.flags("--state-dir", state.toString());
        }
        int calls = peer.calls().size();
        long start = System.nanoTime();
        try (PackagedAgent agent = builder.start().awaitReady()) {
            long ready = System.nanoTime();
            Memory idle = Memory.of(agent.pid());
            long asked = System.nanoTime();
            ask(agent, tokens);
            long served = System.nanoTime();
            Memory full = Memory.of(agent.pid());
            System.out.printf(
                    "%-16s ready %5d ms, 2,000 pods %5d ms with %4d calls,"
                            + " memory idle %3d (%3d) MB, then %3d (%3d) MB%n",
                    what,
                    (ready - start) / 1_000_000,
                    (served - asked) / 1_000_000,
                    peer.calls().size() - calls,
                    idle.resident(),
                    idle.dirty(),
                    full.resident(),
                    full.dirty());
            agent.stop();
        }
    }

    /** One after another, as a node's pods that ask within some seconds. */
    private static void ask(PackagedAgent agent, List<String> tokens) throws Exception {
        for (int first = 0; first < tokens.size(); first += PODS_PER_ADDRESS) {
            String address = "127.0.1." + (1 + first / PODS_PER_ADDRESS);
            try (HttpClient client =
                    HttpClient.newBuilder().localAddress(InetAddress.getByName(address)).build()) {
                for (String token : tokens.subList(first, first + PODS_PER_ADDRESS)) {
                    HttpResponse<Void> answer =
                            client.send(
                                    HttpRequest.newBuilder(agent.credentials("127.0.0.1"))
                                            .header("Authorization", token)
                                            .build(),
                                    BodyHandlers.discarding());
                    if (answer.statusCode() != 200) {
                        throw new IllegalStateException("answered " + answer.statusCode());
                    }
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.forEach(all::add);
        }
        for (Path each : all.reversed()) {
            Files.delete(each);
        }
    }
}
