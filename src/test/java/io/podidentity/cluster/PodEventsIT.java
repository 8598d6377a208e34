package io.podidentity.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.TokenRules;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the packaged agent writes on pods, in a real API server, with the rights of its manifest.
 */
class PodEventsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir static Path folder;

    private static @Nullable ApiServer kubernetes;
    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @BeforeAll
    static void start() throws Exception {
        if (ApiServer.missing().isPresent()) {
            return;
        }
        kubernetes = ApiServer.start(folder);
        kubernetes.kubectl("apply --filename kubernetes/agent-events.yaml");
        kubernetes.kubectl("create namespace shop");
        for (String account : List.of("orders", "after", "denied", "victim", "last")) {
            kubernetes.kubectl("create serviceaccount " + account + " --namespace shop");
            kubernetes.apply(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: %1$s-0, namespace: shop}
                    spec:
                      serviceAccountName: %1$s
                      containers: [{name: app, image: localhost/app}]
                    """
                            .formatted(account));
        }
        peer = EksAuthPeer.start();
        peer.answer(
                        "orders",
                        EksAuthAnswers.error(404, "ResourceNotFoundException", "No association"))
                .answer("denied", EksAuthAnswers.error(400, "AccessDeniedException", "no"))
                .answer("after", EksAuthAnswers.error(400, "AccessDeniedException", "no"))
                .answer("last", EksAuthAnswers.error(400, "AccessDeniedException", "no"))
                .answer("victim", EksAuthAnswers.error(400, "AccessDeniedException", "no"));
        agent = agent("kube-system", "eks-pod-identity-agent").start().awaitReady();
    }

    /** Not before all: a class that is skipped so is in no report. */
    @BeforeEach
    void needsAnApiServer() {
        assumeTrue(kubernetes != null, () -> "needs " + ApiServer.missing().orElseThrow());
    }

    @AfterAll
    static void stop() {
        if (kubernetes != null) {
            agent.close();
            peer.close();
            kubernetes.close();
        }
    }

    @Test
    void refusedPodHasOneEventWithTheRemedyHoweverOftenItAsks() {
        JsonObject event = askUntilEvent("orders");
        assertThat(event.getString("type")).isEqualTo("Warning");
        assertThat(event.getString("reason")).isEqualTo("CredentialsRefused");
        assertThat(event.getString("message"))
                .contains(
                        EksAuthAnswers.REQUEST_ID,
                        "There is no pod identity association for service account shop/orders in"
                                + " cluster dev");
        assertThat(event.getJsonObject("involvedObject").getString("uid")).isEqualTo(uid("orders"));
        assertThat(event.getJsonObject("source").getMap())
                .containsEntry("component", "pod-identity-agent")
                .containsEntry("host", "node-1");
        assertThat(agent.askAgain(token("orders")).statusCode()).isEqualTo(404);
        var _ = askUntilEvent("after");
        assertThat(events("orders")).hasSize(1);
    }

    /** One thread writes the events in the order of the refusals. */
    @Test
    void forgedTokenWritesNothingOnAnothersPod() throws IOException {
        String forged =
                TestTokens.at(Instant.now())
                        .issuer(ApiServer.ISSUER)
                        .pod("shop", "victim", "victim-0", uid("victim"))
                        .key(TestKeys.RSA)
                        .sign();
        // Then the cluster's keys are there.
        assertThat(askUntilEvent("denied").getString("message")).contains("Check the trust policy");
        assertThat(agent.askAgain(forged).statusCode()).isEqualTo(400);
        var _ = askUntilEvent("last");

        assertThat(events("victim")).isEmpty();
        assertThat(askUntilEvent("victim").getString("type")).isEqualTo("Warning");
    }

    @Test
    void agentWithoutTheRightAnswersAllTheSame() throws IOException {
        kubernetes().kubectl("create serviceaccount powerless --namespace kube-system");
        try (PackagedAgent powerless = agent("kube-system", "powerless").start().awaitReady()) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                assertThat(powerless.ask(token("orders")).body())
                                        .contains("There is no pod identity");
                                assertThat(powerless.everything())
                                        .contains("No event on pod shop/orders-0");
                            });
        }
    }

    /** What the role lets an agent do, and nothing else. */
    @Test
    void manifestGivesNoMoreRightsThanThat() {
        String agents = "system:serviceaccount:kube-system:eks-pod-identity-agent";
        assertThat(may("create", "events", agents)).isTrue();
        for (String verb : List.of("get", "list", "patch", "delete")) {
            assertThat(may(verb, "events", agents)).as(verb).isFalse();
        }
        assertThat(may("get", "pods", agents)).isFalse();
    }

    @Test
    void startEndsWithOneLineOutsideOfACluster() {
        try (PackagedAgent outside =
                PackagedAgent.server().endpoint(peer.endpoint()).flags("--events").start()) {
            assertThat(outside.exitCode()).isEqualTo(2);
            assertThat(outside.stderr())
                    .singleElement()
                    .asString()
                    .contains("--events: there is no API server to write them to");
        }
    }

    private static boolean may(String verb, String what, String who) {
        return kubernetes()
                        .tryKubectl("auth", "can-i", verb, what, "--namespace", "shop", "--as", who)
                        .exit()
                == 0;
    }

    private static PackagedAgent.Builder agent(String namespace, String account)
            throws IOException {
        Path mount =
                kubernetes()
                        .account(
                                folder.resolve("account-" + account),
                                namespace,
                                account,
                                Duration.ofHours(1));
        return PackagedAgent.server()
                .endpoint(peer.endpoint())
                .flags("--events")
                .environment("AGENT_NODE_NAME", "node-1")
                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                .environment("KUBERNETES_SERVICE_PORT", "" + kubernetes().port())
                .environment("AGENT_SERVICE_ACCOUNT_DIR", mount.toString());
    }

    private static ApiServer kubernetes() {
        ApiServer server = kubernetes;
        if (server == null) {
            throw new IllegalStateException("there is no API server");
        }
        return server;
    }

    private static String token(String account) {
        return kubernetes()
                .kubectl(
                        ("create token %1$s --namespace shop --audience %2$s"
                                        + " --bound-object-kind Pod --bound-object-name %1$s-0")
                                .formatted(account, TokenRules.EKS_AUDIENCE))
                .strip();
    }

    private static String uid(String account) {
        return kubernetes()
                .kubectl(
                        "get pod %s-0 --namespace shop --output jsonpath={.metadata.uid}"
                                .formatted(account));
    }

    /** As SDKs do: the agent may not have the cluster's keys at first. */
    private static JsonObject askUntilEvent(String account) {
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            var _ = agent.ask(token(account));
                            return !events(account).isEmpty();
                        });
        assertThat(events(account)).hasSize(1);
        return events(account).getJsonObject(0);
    }

    private static JsonArray events(String account) {
        return new JsonObject(
                        kubernetes()
                                .kubectl(
                                        ("get events --namespace shop --output json"
                                                + " --field-selector involvedObject.name="
                                                + account
                                                + "-0")))
                .getJsonArray("items");
    }
}
