package io.podidentity.image;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.TestTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Serves requests with the tree's own runtime, which leaves an AOT cache of what it has used. */
final class Training {

    private static final int PODS = 40;

    /**
     * With profiles a start compiles at once all that was compiled here: a third of its processor
     * time, and 5 MB of code.
     */
    private static final String NO_PROFILES = "-XX:-AOTRecordTraining";

    private Training() {}

    static void run(Path root) throws Exception {
        Path cache = ImageTree.home(root).resolve("agent.aot");
        Path folder = root.resolveSibling("training");
        ImageTree.delete(folder);
        Path state = Files.createDirectories(folder.resolve("state"));
        List<String> recording = new ArrayList<>(ImageTree.entryPoint(root, "-XX:AOTCacheOutput="));
        // The last flag: what comes before it unlocks it.
        recording.add(recording.indexOf("-jar"), NO_PROFILES);
        TestAuthority authority = TestAuthority.in(folder);
        try (HttpPeer peer = new HttpPeer(authority).answer(EksAuthAnswers.issued());
                PackagedAgent agent =
                        PackagedAgent.server()
                                .as(recording)
                                .endpoint(peer.address())
                                .environment("AWS_CA_BUNDLE", authority.pem().toString())
                                .flags("--state-dir", state.toString())
                                .start()) {
            agent.awaitReady();
            serve(agent);
            int code = agent.stop();
            if (code != 0 || !Files.exists(cache)) {
                throw new IllegalStateException(
                        "no AOT cache, exit code " + code + ": " + agent.everything());
            }
        }
    }

    private static void serve(PackagedAgent agent) {
        Instant issued = Instant.now().minusSeconds(60);
        for (int pod = 0; pod < PODS; pod++) {
            String name = "web-" + pod;
            TestTokens tokens = TestTokens.at(issued).pod("shop", "web", name, name);
            expect(200, agent.ask(tokens.sign()).statusCode());
            expect(200, agent.ask(tokens.sign()).statusCode());
        }
        expect(400, agent.ask("not a token").statusCode());
        expect(200, agent.get(agent.probe("/healthz")).statusCode());
        expect(200, agent.get(agent.metrics("/metrics")).statusCode());
    }

    private static void expect(int status, int actual) {
        if (status != actual) {
            throw new IllegalStateException("expected " + status + " and got " + actual);
        }
    }
}
