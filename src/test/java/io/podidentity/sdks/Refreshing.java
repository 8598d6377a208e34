package io.podidentity.sdks;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.StsPeer;
import io.podidentity.harness.StsPeer.Call;
import io.podidentity.sdks.SdkProgram.Attempts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A process that works on while its credentials run out and kubelet exchanges its token.
 *
 * @param requests of the application
 * @param errors what became of those that failed
 * @param asks how often the agent was asked
 * @param fetches how often the agent called EKS Auth
 * @param late requests signed with credentials that had run out
 */
record Refreshing(int requests, List<String> errors, int asks, int fetches, int late) {

    /** What the agent's credentials must be good for. */
    static final Duration LIFETIME = Duration.ofSeconds(40);

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final ObjectMapper JSON = new ObjectMapper();

    Refreshing {
        errors = List.copyOf(errors);
    }

    /** Watches a family until it has read the new token and signs with new credentials. */
    static Refreshing of(Family family, EksAuthPeer eksAuth, PackagedAgent agent, Path tokens)
            throws IOException {
        PodToken token = new PodToken(tokens, family.folder() + "-long");
        List<String> errors = new ArrayList<>();
        try (StsPeer sts = new StsPeer("ASIAOFNOBODY");
                Tap tap = new Tap(family.loopback(), agent.port());
                SdkProgram program =
                        SdkProgram.start(family, tap.credentials(), token, sts, Map.of())) {
            errors.addAll(program.call().errors());
            token.rotate();
            await(family + " reads its new token and signs with new credentials")
                    .atMost(TIMEOUT)
                    .pollInterval(PAUSE)
                    .until(
                            () -> {
                                Attempts attempts = program.call();
                                errors.addAll(attempts.errors());
                                return tap.saw(token.content()) && signers(sts) > 1;
                            });
            return new Refreshing(
                    sts.calls().size(),
                    errors,
                    tap.asked(),
                    eksAuth.calls(family.folder() + "-long").size(),
                    late(tap, sts));
        }
    }

    private static long signers(StsPeer sts) {
        return sts.calls().stream().map(Call::sessionToken).distinct().count();
    }

    private static int late(Tap tap, StsPeer sts) throws IOException {
        Map<String, Instant> expirations = new HashMap<>();
        for (String body : tap.bodies()) {
            JsonNode credentials = JSON.readTree(body);
            if (credentials.has("Expiration")) {
                expirations.put(
                        credentials.get("Token").asText(),
                        Instant.parse(credentials.get("Expiration").asText()));
            }
        }
        return (int)
                sts.calls().stream()
                        .filter(
                                request ->
                                        !request.at()
                                                .isBefore(
                                                        expirations.getOrDefault(
                                                                request.sessionToken(),
                                                                Instant.MIN)))
                        .count();
    }
}
