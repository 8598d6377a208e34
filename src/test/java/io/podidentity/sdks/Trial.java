package io.podidentity.sdks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.StsPeer;
import io.podidentity.sdks.SdkProgram.Attempts;
import io.podidentity.sdks.Seen.Reaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Leads a family's program through everything that may happen to it at the agent. */
final class Trial {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Family family;
    private final PackagedAgent agent;
    private final Path tokens;

    Trial(Family family, PackagedAgent agent, Path tokens) {
        this.family = family;
        this.agent = agent;
        this.tokens = tokens;
    }

    Seen run() throws IOException {
        PodToken token = new PodToken(tokens, family.folder());
        try (StsPeer sts = new StsPeer("ASIAOFNOBODY");
                Tap tap = new Tap(family.loopback(), agent.port());
                SdkProgram program =
                        SdkProgram.start(family, tap.credentials(), token, sts, Map.of())) {
            Attempts first = program.fresh(1);
            boolean signer = handedOut(tap, sts);
            Map<Trouble, Reaction> troubles = new EnumMap<>(Trouble.class);
            for (Trouble trouble : Trouble.values()) {
                trouble.begin(token, tap);
                troubles.put(trouble, reaction(program.fresh(1), tap));
            }
            return new Seen(
                    program.version(),
                    first,
                    signer,
                    ipv6(token, sts),
                    nearExpiry(program, tap),
                    troubles);
        }
    }

    /** Whether the agent gave out the credentials that signed. */
    private static boolean handedOut(Tap tap, StsPeer sts) {
        return sts.calls().stream()
                .anyMatch(
                        signed ->
                                tap.bodies().stream()
                                        .anyMatch(
                                                body ->
                                                        body.contains(signed.accessKeyId())
                                                                && body.contains(
                                                                        signed.sessionToken())));
    }

    private Attempts ipv6(PodToken token, StsPeer sts) throws IOException {
        token.rotate();
        try (SdkProgram program =
                SdkProgram.start(family, agent.credentials("[::1]"), token, sts, Map.of())) {
            return program.fresh(1);
        }
    }

    private static int nearExpiry(SdkProgram program, Tap tap) {
        tap.divert(agent -> Way.credentialsFor(Duration.ofMinutes(2)));
        for (int i = 0; i < Seen.CALLS_NEAR_EXPIRY; i++) {
            program.call();
        }
        return tap.asked();
    }

    private static Reaction reaction(Attempts attempts, Tap tap) throws IOException {
        String body = tap.bodies().getLast();
        String message = JSON.readTree(body).path("message").asText();
        String error = attempts.error();
        boolean shown = !message.isEmpty() && error.contains(message);
        return new Reaction(
                tap.asked(),
                attempts.succeeded(),
                new ErrorText(error)
                        .without(body, "{…}")
                        .without(message, "…")
                        .without(tap.credentials().toString(), "URL")
                        .brief(),
                shown);
    }
}
