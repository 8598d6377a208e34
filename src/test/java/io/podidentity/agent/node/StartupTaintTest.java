package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.schedule.Repeating;
import io.podidentity.token.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against an API server over TLS that keeps a node and applies patches as the real one does. */
class StartupTaintTest {

    private static final String KEY = "podidentity.io/agent-not-ready";
    private static final String OURS = "{'key':'" + KEY + "','effect':'NoExecute'}";
    private static final String OTHER = "{'key':'dedicated','value':'db','effect':'NoSchedule'}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;
    private static NodeServer server;

    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @BeforeAll
    static void serve() throws Exception {
        server = NodeServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void afresh() {
        server.reset();
    }

    @Test
    void removesItsTaintAndNoOther() throws IOException {
        server.taints(OTHER, OURS);

        assertThat(taint().remove()).isTrue();
        assertThat(server.taints()).isEqualTo(json("[" + OTHER + "]"));
        assertThat(server.authorizations()).containsOnly("Bearer agents-own-token");
    }

    @Test
    void removesItWithEveryEffect() throws IOException {
        server.taints(OURS, OTHER, OURS.replace("NoExecute", "NoSchedule"));

        assertThat(taint().remove()).isTrue();
        assertThat(server.taints()).isEqualTo(json("[" + OTHER + "]"));
    }

    @Test
    void changesNothingWhereThereIsNone() throws IOException {
        server.taints(OTHER);

        assertThat(taint().remove()).isFalse();
        assertThat(server.patches()).isZero();
    }

    @Test
    void changesNothingOnANodeWithoutTaints() throws IOException {
        assertThat(taint().remove()).isFalse();
        assertThat(server.patches()).isZero();
    }

    @Test
    void losesNoTaintThatCameInBetween() throws IOException {
        server.taints(OURS);
        server.beforeNextPatch(() -> server.taints(OTHER, OURS));

        assertThatThrownBy(() -> taint().remove())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("422");
        assertThat(server.taints()).isEqualTo(json("[" + OTHER + "," + OURS + "]"));
    }

    @Test
    void saysThatItMayNot() {
        server.refuse(403);

        assertThatThrownBy(() -> taint().remove()).hasMessageContaining("403");
    }

    @Test
    void trustsNoServerButTheClusters() throws Exception {
        server.taints(OURS);
        Path other = Files.createDirectory(folder.resolve("other"));
        try (NodeServer stranger = NodeServer.start(other)) {
            ApiServer api =
                    new ApiServer(stranger.address(), server.account(), Duration.ofSeconds(30));
            assertThatThrownBy(() -> new StartupTaint(api, NodeServer.NODE, KEY).remove())
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> api.patch("/api/v1/nodes/" + NodeServer.NODE, "[]"))
                    .isInstanceOf(IOException.class);
            assertThat(stranger.authorizations()).isEmpty();
        }
    }

    @Test
    void waitsUntilTheAgentIsReady() {
        server.taints(OURS);
        boolean[] ready = {false};
        new TaintRemoval(taint(), () -> ready[0]).start((delay, task) -> tasks.add(task));

        runNext();
        runNext();
        boolean before = server.taints().isEmpty();
        ready[0] = true;
        runNext();

        assertThat(before).isFalse();
        assertThat(server.taints()).isEmpty();
        assertThat(tasks).isEmpty();
    }

    @Test
    void triesAgainLaterAndLaterUntilItIsGone() {
        server.taints(OURS);
        server.refuse(500);
        Queue<Duration> delays = new ArrayDeque<>();
        Repeating.Scheduler later =
                (delay, task) -> {
                    delays.add(delay);
                    tasks.add(task);
                };
        new TaintRemoval(taint(), () -> true).start(later);
        for (int i = 0; i < 9; i++) {
            runNext();
        }
        server.refuse(200);
        runNext();

        assertThat(delays.stream().map(Duration::toSeconds))
                .containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
        assertThat(server.taints()).isEmpty();
        assertThat(tasks).isEmpty();
    }

    @Test
    void triesAgainWhateverGoesWrong() {
        server.taints(OURS);
        boolean[] broken = {true};
        new TaintRemoval(
                        taint(),
                        () -> {
                            if (broken[0]) {
                                throw new IllegalStateException("a health check fails");
                            }
                            return true;
                        })
                .start((delay, task) -> tasks.add(task));

        runNext();
        runNext();
        broken[0] = false;
        runNext();

        assertThat(server.taints()).isEmpty();
        assertThat(tasks).isEmpty();
    }

    private static StartupTaint taint() {
        ApiServer api = new ApiServer(server.address(), server.account(), Duration.ofSeconds(30));
        return new StartupTaint(api, NodeServer.NODE, KEY);
    }

    private void runNext() {
        tasks.remove().run();
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
