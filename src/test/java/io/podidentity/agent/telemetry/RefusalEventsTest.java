package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import io.podidentity.harness.TestAuthority;
import io.podidentity.harness.Tokens;
import io.podidentity.harness.VirtualTimeline;
import io.podidentity.token.ApiServer;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against an API server over TLS that takes every event. */
class RefusalEventsTest {

    private static final Answer CREATED = Answer.of(201, "{}");
    private static final Failed NO_ASSOCIATION =
            new Failed(
                    "ResourceNotFoundException",
                    404,
                    true,
                    "[id]: (ResourceNotFoundException): none, fault: client. Make one",
                    null);
    private static final Failed DENIED =
            new Failed("AccessDeniedException", 400, true, "denied", null);

    @TempDir static Path folder;
    private static HttpPeer server;

    private final VirtualTimeline timeline = new VirtualTimeline();
    private TokenVerifier verifier = token -> new Genuine();
    private final RefusalEvents events = events(Runnable::run);

    @BeforeAll
    static void serve() throws Exception {
        server = new HttpPeer(TestAuthority.in(folder));
        Files.writeString(folder.resolve("token"), "agents-own-token");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void afresh() {
        server.reset().answer(CREATED);
    }

    @Test
    void refusedPodGetsAWarningWithTheRemedy() throws IOException {
        ServiceAccountToken token = Tokens.of("a");
        events.refused(token, NO_ASSOCIATION);

        Request request = server.requests().getFirst();
        assertThat(request.line())
                .isEqualTo("POST /api/v1/namespaces/" + token.namespace() + "/events");
        assertThat(request.header("Authorization")).isEqualTo("Bearer agents-own-token");
        JsonNode event = new ObjectMapper().readTree(request.body());
        assertThat(event.path("type").asText()).isEqualTo("Warning");
        assertThat(event.path("message").asText()).isEqualTo(NO_ASSOCIATION.message());
        assertThat(event.at("/involvedObject/kind").asText()).isEqualTo("Pod");
        assertThat(event.at("/involvedObject/name").asText()).isEqualTo(token.podName());
        assertThat(event.at("/involvedObject/uid").asText()).isEqualTo(token.podUid());
        assertThat(event.at("/source/host").asText()).isEqualTo("node-1");
        assertThat(request.body()).doesNotContain(token.raw());
    }

    @Test
    void eachPodAndErrorHasOneAnHour() {
        for (int i = 0; i < 3; i++) {
            events.refused(Tokens.of("a", i), NO_ASSOCIATION);
        }
        events.refused(Tokens.of("a"), DENIED);
        events.refused(Tokens.of("b"), NO_ASSOCIATION);
        int within = server.requests().size();
        timeline.advance(Duration.ofMinutes(61));
        events.refused(Tokens.of("a"), NO_ASSOCIATION);

        assertThat(within).isEqualTo(3);
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void manyPodsAtOnceAreBounded() {
        for (int pod = 0; pod < 200; pod++) {
            events.refused(Tokens.of("pod-" + pod), NO_ASSOCIATION);
        }

        assertThat(server.requests()).hasSize(50);
    }

    /** Whoever made it up could name any pod. */
    @Test
    void tokenThatIsNotKnownToBeGenuineWritesNothing() {
        verifier = token -> new Refused("its signature is not the cluster's");
        events.refused(Tokens.of("a"), NO_ASSOCIATION);
        verifier = token -> new Unverifiable("no keys");
        events.refused(Tokens.of("a"), NO_ASSOCIATION);
        int unverified = server.requests().size();
        verifier = token -> new Genuine();
        events.refused(Tokens.of("a"), NO_ASSOCIATION);

        assertThat(unverified).isZero();
        // It took nothing of the pod's own share.
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"InvalidTokenException", "ExpiredTokenException", "ThrottlingException"})
    void otherErrorsWriteNothing(String code) {
        events.refused(Tokens.of("a"), new Failed(code, 400, true, "no", null));
        events.refused(Tokens.of("a"), new Failed("AccessDeniedException", 403, false, "no", null));

        assertThat(server.requests()).isEmpty();
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenAtTheNextRefusal() {
        server.reset().answer(Answer.of(403, ""));
        events.refused(Tokens.of("a"), DENIED);
        server.reset().answer(CREATED);
        events.refused(Tokens.of("a"), DENIED);

        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void longTextKeepsTheRemedyAndNoSecret() throws IOException {
        events.refused(
                Tokens.of("a"),
                new Failed(
                        "AccessDeniedException",
                        400,
                        true,
                        "sessionToken=abc " + "x".repeat(2_000) + "\n Do this",
                        null));

        String message =
                new ObjectMapper()
                        .readTree(server.requests().getFirst().body())
                        .path("message")
                        .asText();
        assertThat(message)
                .hasSizeLessThanOrEqualTo(1_024)
                .startsWith("sessionToken=*** x")
                .endsWith("x? Do this");
    }

    @Test
    void requestsDoNotWaitForAnApiServerThatHangs() {
        CountDownLatch hanging = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        verifier =
                token -> {
                    asked.incrementAndGet();
                    try {
                        hanging.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new Refused("late");
                };
        Executor queue = RefusalEvents.queue();
        RefusalEvents busy = events(queue);

        assertThatCode(
                        () -> {
                            for (int i = 0; i < 1_000; i++) {
                                busy.refused(Tokens.of("pod-" + i), DENIED);
                            }
                        })
                .doesNotThrowAnyException();
        hanging.countDown();

        await().until(() -> ((ThreadPoolExecutor) queue).getQueue().isEmpty());
        assertThat(asked).hasValueBetween(256, 257);
    }

    private RefusalEvents events(Executor executor) {
        return new RefusalEvents(
                new ApiServer(server.address(), folder, Duration.ofSeconds(30)),
                token -> verifier.verify(token),
                "node-1",
                timeline,
                executor);
    }
}
