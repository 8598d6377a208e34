package io.podidentity.agent.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.HeldPod;
import io.podidentity.agent.cache.HeldPod.Renewal;
import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.status.AgentStatus.EksAuthStatus;
import io.podidentity.agent.status.AgentStatus.ListenerStatus;
import io.podidentity.agent.status.AgentStatus.PodStatus;
import io.podidentity.agent.status.AgentStatus.Table;
import io.podidentity.agent.telemetry.LastErrors.LastError;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusPageTest {

    private static final Instant NOW = Instant.parse("2026-11-22T04:00:00Z");
    private static final String HOSTILE = "\"><script>alert('&')</script>";
    private static final String ESCAPED =
            "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;";

    @Test
    void nothingThatOthersChoseIsMarkup() {
        String page =
                StatusPage.of(
                        new AgentStatus(
                                HOSTILE,
                                HOSTILE,
                                NOW,
                                List.of(new ListenerStatus(HOSTILE, 80, HOSTILE)),
                                new EksAuthStatus(
                                        HOSTILE,
                                        0,
                                        0,
                                        1,
                                        List.of(new LastError(HOSTILE, 1, NOW, HOSTILE))),
                                List.of(
                                        new PodStatus(
                                                HOSTILE, HOSTILE, HOSTILE, HOSTILE, NOW, NOW,
                                                HOSTILE, HOSTILE)),
                                0,
                                List.of(
                                        new Table(
                                                HOSTILE,
                                                List.of(HOSTILE),
                                                List.of(List.of(HOSTILE))))));

        assertThat(page).doesNotContain("<script").containsOnlyOnce("<h2>" + ESCAPED + "</h2>");
        assertThat(page.split(Pattern.quote(ESCAPED), -1)).hasSize(17 + 1);
    }

    @Test
    void nodeWithoutPodsOrErrorsIsTold() {
        String page = StatusPage.of(status(List.of(), 0));

        assertThat(page)
                .contains("<p>None.</p>", "<td>open</td>", "<td>closed</td>")
                .doesNotContain("Last error", "left out");
    }

    @Test
    void podsAreInOrderAndTheRestIsCounted() {
        List<HeldPod> held =
                IntStream.range(0, AgentStatus.MOST_PODS + 7)
                        .mapToObj(i -> held("shop", "pod-%04d".formatted(9_000 - i)))
                        .toList();
        List<PodStatus> pods = AgentStatus.pods(held);

        assertThat(pods)
                .hasSize(AgentStatus.MOST_PODS)
                .isSortedAccordingTo(
                        (a, b) -> String.valueOf(a.pod()).compareTo(String.valueOf(b.pod())));
        assertThat(StatusPage.of(status(pods, held.size() - pods.size())))
                .contains("pod-8494", "7 more are left out")
                .doesNotContain("pod-9000");
    }

    @Test
    void tokenWithoutAPodHasADash() {
        assertThat(StatusPage.of(status(AgentStatus.pods(List.of(held("shop", null))), 0)))
                .contains("<td>shop</td><td>orders</td><td>–</td>");
    }

    private static AgentStatus status(List<PodStatus> pods, int leftOut) {
        return new AgentStatus(
                "0.2.0",
                "dev",
                NOW,
                List.of(new ListenerStatus("169.254.170.23", 80, null)),
                new EksAuthStatus("closed", 0, 0, 128, List.of()),
                pods,
                leftOut,
                List.of());
    }

    private static HeldPod held(String namespace, @Nullable String pod) {
        return new HeldPod(
                pod,
                new Association(
                        "arn", "a-1", "arn:aws:sts::1:assumed-role/r/s", namespace, "orders"),
                NOW,
                NOW,
                Renewal.NOT_DUE,
                false);
    }
}
