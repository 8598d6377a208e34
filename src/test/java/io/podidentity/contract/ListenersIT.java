package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.PackagedAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The packaged agent where addresses are missing, and where they come later. */
class ListenersIT {

    private static final String TAKEN = "another process listens there";
    private static EksAuthPeer peer;

    @BeforeAll
    static void start() {
        peer = EksAuthPeer.start();
    }

    @AfterAll
    static void stop() {
        peer.close();
    }

    @Test
    void addressThatCannotBeBoundIsReportedAndPickedUpLater() throws IOException {
        int port = FreePorts.next();
        ServerSocket other = occupy("127.0.0.2", port);
        try (other;
                PackagedAgent agent = agent(port)) {
            agent.awaitReady();

            // Ready with the first of them.
            patiently()
                    .untilAsserted(
                            () ->
                                    assertThat(agent.get(agent.probe("/readyz")).body())
                                            .contains("\"127.0.0.1:" + port + "\": \"answers\"")
                                            .contains("\"[::1]:" + port + "\": \"answers\"")
                                            .contains("\"127.0.0.2:" + port + "\": \"" + TAKEN));
            assertThat(agent.stdout())
                    .filteredOn(line -> line.contains("Cannot listen"))
                    .singleElement()
                    .asString()
                    .contains("\"level\":\"WARN\"", "127.0.0.2:" + port, TAKEN);
            assertServes(agent, "127.0.0.1");
            assertServes(agent, "[::1]");

            other.close();

            patiently()
                    .untilAsserted(
                            () ->
                                    assertThat(agent.get(agent.probe("/readyz")).body())
                                            .contains("\"127.0.0.2:" + port + "\": \"answers\""));
            assertServes(agent, "127.0.0.2");
            assertThat(agent.stop()).isZero();
        }
    }

    @Test
    void withoutAnyAddressTheAgentIsAliveButNotReadyAndSaysWhy() throws IOException {
        int port = FreePorts.next();
        ServerSocket first = occupy("127.0.0.1", port);
        try (first;
                ServerSocket second = occupy("127.0.0.2", port);
                ServerSocket third = occupy("::1", port);
                PackagedAgent agent = agent(port)) {
            for (String address : List.of("127.0.0.1", "127.0.0.2", "[::1]")) {
                agent.awaitLine("Cannot listen for credentials on " + address);
            }

            HttpResponse<String> readiness = agent.awaitAnswer(agent.probe("/readyz"));
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body())
                    .contains("\"127.0.0.1:" + port + "\": \"" + TAKEN)
                    .contains("\"127.0.0.2:" + port + "\": \"" + TAKEN)
                    .contains("\"[::1]:" + port + "\": \"" + TAKEN);
            assertThat(agent.get(agent.probe("/healthz")).statusCode()).isEqualTo(200);
            assertThat(agent.awaitAnswer(agent.metrics("/readyz")).statusCode()).isEqualTo(503);
            assertThat(agent.get(agent.metrics("/healthz")).statusCode()).isEqualTo(200);

            first.close();

            agent.awaitReady();
            assertServes(agent, "127.0.0.1");
            assertThat(second.isBound() && third.isBound()).isTrue();
            assertThat(agent.stop()).isZero();
        }
    }

    /** Neither EKS Auth nor the node's proxy has a say in whether the agent is restarted. */
    @Test
    void eksAuthThatIsDownFailsNoProbe() {
        try (PackagedAgent agent =
                PackagedAgent.server()
                        .endpoint(java.net.URI.create("http://127.0.0.1:" + FreePorts.next()))
                        .environment("HTTP_PROXY", "http://127.0.0.1:9")
                        .environment("HTTPS_PROXY", "http://127.0.0.1:9")
                        .start()) {
            agent.awaitReady();
            Exchange pod = ContractTable.good();

            HttpResponse<String> answer = agent.ask(pod.request().token());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("EKS Auth ");
            assertThat(agent.get(agent.probe("/readyz")).statusCode()).isEqualTo(200);
            assertThat(agent.get(agent.probe("/healthz")).statusCode()).isEqualTo(200);
        }
    }

    private static PackagedAgent agent(int port) {
        return PackagedAgent.server().port(port).endpoint(peer.endpoint()).start();
    }

    private static void assertServes(PackagedAgent agent, String host) {
        patiently()
                .until(
                        () -> {
                            String token = ContractTable.good().request().token();
                            return agent.get(agent.credentials(host), "Authorization", token);
                        },
                        answer -> answer.statusCode() == 200);
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(UncheckedIOException.class);
    }

    private static ServerSocket occupy(String host, int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getByName(host));
    }
}
