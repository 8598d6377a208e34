package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract, asked of the packaged agent over sockets on each of its addresses. */
class ContractIT {

    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @BeforeAll
    static void start() {
        peer = EksAuthPeer.start();
        ContractTable.prepare(peer);
        agent =
                PackagedAgent.server()
                        .cluster(ContractTable.CLUSTER)
                        .bindHosts(ContractTable.BIND_HOSTS.toArray(String[]::new))
                        .endpoint(peer.endpoint())
                        .start()
                        .awaitReady();
    }

    @AfterAll
    static void stop() {
        try (PackagedAgent running = agent) {
            assertThat(running.stop()).isZero();
            assertThat(running.stderr()).isEmpty();
        } finally {
            peer.close();
        }
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource
    void answersAsTheContractSays(Exchange row, String host) throws IOException {
        try (RawConnection connection = new RawConnection(host, agent.port())) {
            Answer answer =
                    ContractTable.ask(() -> RawCall.ask(connection, row.request(), agent.port()));

            row.expected().check(row.request(), answer);
            if (answer.header("Connection") == null) {
                serves(connection);
            } else {
                assertThat(connection.readToEnd()).isEmpty();
            }
        }
        try (RawConnection another = new RawConnection(host, agent.port())) {
            serves(another);
        }
    }

    static Stream<Arguments> answersAsTheContractSays() {
        List<String> hosts = ContractTable.BIND_HOSTS;
        List<Exchange> rows = ContractTable.rows().toList();
        return rows.stream()
                .flatMap(
                        row ->
                                // What EKS Auth answers does not depend on the listener.
                                row.upstream() == null
                                        ? hosts.stream().map(host -> arguments(row, host))
                                        : Stream.of(
                                                arguments(
                                                        row,
                                                        hosts.get(
                                                                rows.indexOf(row)
                                                                        % hosts.size()))));
    }

    @Test
    void answersBeforeSdksGiveUpWhenEksAuthDoesNot() throws IOException {
        Duration fastest = Duration.ofHours(1);
        // The fastest of some, because this machine may pause for longer than the agent waits.
        for (int i = 0; i < 5 && fastest.toMillis() >= 1_000; i++) {
            Exchange silent = ContractTable.silent();
            long start = System.nanoTime();

            Answer answer = RawCall.ask("127.0.0.1", agent.port(), silent.request());

            Duration took = Duration.ofNanos(System.nanoTime() - start);
            silent.expected().check(silent.request(), answer);
            fastest = took.compareTo(fastest) < 0 ? took : fastest;
        }
        assertThat(fastest).isBetween(Duration.ofMillis(850), Duration.ofMillis(1_000));
    }

    /** Whatever came before, the next pod is served; and EKS Auth does not only fail. */
    private static void serves(RawConnection connection) {
        Exchange next = ContractTable.good();
        Answer answer =
                ContractTable.ask(() -> RawCall.ask(connection, next.request(), agent.port()));
        next.expected().check(next.request(), answer);
    }
}
