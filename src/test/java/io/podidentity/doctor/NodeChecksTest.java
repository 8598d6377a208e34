package io.podidentity.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.node.Change;
import io.podidentity.agent.node.LinkReport;
import io.podidentity.config.BindHost;
import io.podidentity.doctor.Finding.Result;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is looked at on the node itself; EKS Auth has {@link EksAuthChecksTest}. */
class NodeChecksTest {

    @TempDir Path folder;

    private static Finding listener(int port) throws IOException {
        return new ListenerLook(new BindHost("127.0.0.1"), port).find(true);
    }

    @Test
    void missingLinkIsToldAsWhatInitializeWouldDo() {
        Finding missing =
                NodeChecks.link(
                        new LinkReport.Ready(
                                List.of(new Change.CreateLink("pod-id-link0", "dummy")), List.of()),
                        true);
        assertThat(missing.result()).isEqualTo(Result.FAIL);
        assertThat(missing.seen()).isEqualTo("initialize would create dummy link pod-id-link0");
        assertThat(missing.remedy()).contains("run initialize");
    }

    @Test
    void linkInOrderIsOkAndTellsWhereElseAnAddressIs() {
        Finding ready =
                NodeChecks.link(
                        new LinkReport.Ready(
                                List.of(), List.of("address 1.2.3.4/32 also sits on eth0")),
                        true);
        assertThat(ready.result()).isEqualTo(Result.OK);
        assertThat(ready.seen()).contains("routes; address 1.2.3.4/32 also sits on eth0");
    }

    @Test
    void foreignRouteFails() {
        Finding conflict =
                NodeChecks.link(
                        new LinkReport.Failed(
                                List.of(), List.of(), "a route leads off", "remove it"),
                        true);
        assertThat(conflict).isEqualTo(Finding.fail("a route leads off", "remove it"));
    }

    @Test
    void listenerThatAnswersAsAnAgentIsOk() throws IOException {
        try (HttpPeer agent = new HttpPeer().answer(Answer.of(400, "{}"))) {
            assertThat(listener(agent.port()).result()).isEqualTo(Result.OK);
        }
    }

    @Test
    void somethingThatRefusesEverybodyIsNoAgent() throws IOException {
        try (HttpPeer wall = new HttpPeer().answer(Answer.of(403, ""))) {
            assertThat(listener(wall.port()).result()).isEqualTo(Result.FAIL);
            assertThat(new ListenerLook(new BindHost("0.0.0.0"), wall.port()).find(true).result())
                    .isEqualTo(Result.OK);
        }
    }

    @Test
    void portOfAnotherProcessIsToldWithItsPid() throws IOException {
        try (HttpPeer other = new HttpPeer()) {
            Finding held = listener(other.port());
            assertThat(held.result()).isEqualTo(Result.FAIL);
            assertThat(held.seen())
                    .startsWith("answers with status 404, unlike an agent; the port is held by")
                    .contains("pid " + ProcessHandle.current().pid() + " (java)");
        }
    }

    @Test
    void portThatNobodyHoldsIsFree() throws IOException {
        Finding free = listener(FreePorts.next());
        assertThat(free.result()).isEqualTo(Result.FAIL);
        assertThat(free.seen()).startsWith("nobody answers (").endsWith("; the port is free");
        assertThat(free.remedy()).startsWith("start the agent");
    }

    @Test
    void addressThatTheNodeLacksIsTold() throws IOException {
        Finding lacking = new ListenerLook(new BindHost("192.0.2.1"), FreePorts.next()).find(true);
        assertThat(lacking.result()).isEqualTo(Result.FAIL);
        assertThat(lacking.remedy()).contains("the node does not have this address");
    }

    @Test
    void nodeWithoutIpv6NeedsNoListenerThere() throws IOException {
        assertThat(new ListenerLook(new BindHost("::1"), FreePorts.next()).find(false).result())
                .isEqualTo(Result.SKIPPED);
    }

    @Test
    void stateFolderIsToldWithModeAndOwner() {
        Finding found = check("state folder", "agent.state-dir", folder.toString());
        assertThat(found.result()).isEqualTo(Result.OK);
        assertThat(found.seen()).contains("rwx------", System.getProperty("user.name"));
        assertThat(check("state folder", "agent.state-dir", folder + "/new/below").seen())
                .endsWith("is not there yet; the agent makes it");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void stateFolderThatIsAFileFails() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(check("state folder", "agent.state-dir", file.toString()).seen())
                .endsWith("is no folder");
    }

    @Test
    void keysAreCountedOrTheirAbsenceTold() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        assertThat(check("cluster's keys", "agent.jwks-file", file.toString()))
                .isEqualTo(Finding.ok("1 at " + file));
        Files.writeString(file, "<html>");
        Finding broken = check("cluster's keys", "agent.jwks-file", file.toString());
        assertThat(broken.result()).isEqualTo(Result.FAIL);
        assertThat(broken.seen()).contains("not a JWKS document");
    }

    @Test
    void agentThatIsNotReadySaysWhy() {
        try (HttpPeer agent =
                new HttpPeer()
                        .on(
                                "GET /readyz",
                                Answer.of(
                                        503,
                                        """
                                        {"status":"DOWN","checks":[{"name":"credentials listeners",\
                                        "data":{"[fd00:ec2::23]:80":"this node has no IPv6"}}]}"""))) {
            Finding state = new AgentState(agent.port(), new BindHost("127.0.0.1"), 1).readiness();
            assertThat(state.result()).isEqualTo(Result.FAIL);
            assertThat(state.seen())
                    .isEqualTo("not ready; [fd00:ec2::23]:80: this node has no IPv6");
        }
    }

    @Test
    void openBreakerAndOverdueEntriesFail() {
        String entries = "# HELP x\npod_identity_agent_cache_entries 12.0\n";
        assertThat(AgentState.figures(entries)).isEqualTo(Finding.ok("cache entries 12"));
        assertThat(AgentState.figures(entries + "pod_identity_agent_eks_auth_breaker_open 1.0\n"))
                .extracting(Finding::result, Finding::seen)
                .containsExactly(Result.FAIL, "cache entries 12, eks auth breaker open 1");
        assertThat(AgentState.figures("pod_identity_agent_cache_entries_overdue 2.0").result())
                .isEqualTo(Result.FAIL);
    }

    @Test
    void withoutAnAgentItsStateFails() {
        BindHost here = new BindHost("127.0.0.1");
        AgentState none = new AgentState(FreePorts.next(), here, FreePorts.next());
        assertThat(none.readiness().seen()).startsWith("nobody answers at its probe port");
        assertThat(none.figures().result()).isEqualTo(Result.SKIPPED);
    }

    private static Finding check(String name, String setting, String value) {
        return Checked.of(
                NodeChecks.of(new HashMap<>(Map.of(setting, value)), Map.of(), Clock.systemUTC()),
                name);
    }
}
