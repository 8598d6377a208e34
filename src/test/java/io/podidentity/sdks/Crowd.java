package io.podidentity.sdks;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.StsPeer;
import io.podidentity.sdks.SdkProgram.Attempts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A pod whose process starts with many requests at once.
 *
 * @param calls how often the agent called EKS Auth for them
 * @param fetches how often it got credentials there; none in its words, when that took longer than
 *     the first of them waited
 */
record Crowd(Attempts attempts, int calls, int fetches) {

    private static final int REQUESTS = 200;

    static Crowd of(Family family, EksAuthPeer eksAuth, PackagedAgent agent, Path tokens)
            throws IOException {
        String serviceAccount = family.folder() + "-crowd";
        PodToken token = new PodToken(tokens, serviceAccount);
        try (StsPeer sts = new StsPeer("ASIAOFNOBODY");
                SdkProgram program =
                        SdkProgram.start(
                                family,
                                agent.credentials(family.loopback()),
                                token,
                                sts,
                                Map.of())) {
            Attempts attempts = program.fresh(REQUESTS);
            return new Crowd(
                    attempts, eksAuth.calls(serviceAccount).size(), fetches(agent, serviceAccount));
        }
    }

    /** In the agent's own words. */
    private static int fetches(PackagedAgent agent, String serviceAccount) {
        return (int)
                agent.stdout().stream()
                        .filter(line -> line.contains("\"" + serviceAccount + "\""))
                        .filter(line -> line.contains("\"fetched\""))
                        .count();
    }
}
