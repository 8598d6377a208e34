package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.RawConnection.Answer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The packaged agent against clients that misbehave; the next one is always served. */
class ClientsIT {

    private static EksAuthPeer peer;
    private static PackagedAgent agent;

    @BeforeAll
    static void start() {
        peer = EksAuthPeer.start();
        ContractTable.prepare(peer);
        agent = PackagedAgent.server().endpoint(peer.endpoint()).start().awaitReady();
    }

    @AfterAll
    static void stop() {
        try (PackagedAgent running = agent) {
            assertThat(running.stop()).isZero();
            assertThat(running.stderr()).isEmpty();
            assertThat(running.everything()).doesNotContain("\"level\":\"ERROR\"");
        } finally {
            peer.close();
        }
    }

    @AfterEach
    void theNextIsServed() {
        Exchange next = ContractTable.good();
        Answer answer = ContractTable.ask(() -> RawCall.ask("[::1]", agent.port(), next.request()));
        next.expected().check(next.request(), answer);
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurn() throws IOException {
        List<Exchange> rows = ContractTable.rows().filter(row -> row.upstream() == null).toList();
        List<Exchange> kept =
                rows.stream().filter(row -> row.request().body().isEmpty()).limit(30).toList();
        try (RawConnection connection = connect()) {
            StringBuilder all = new StringBuilder();
            kept.forEach(row -> all.append(RawCall.text(row.request(), agent.port())));
            connection.send(all.toString());

            for (Exchange row : kept) {
                row.expected().check(row.request(), connection.read(row.request().method()));
            }
        }
    }

    @Test
    void clientThatLeavesBeforeItsAnswerHarmsNobody() throws IOException {
        Request request = ContractTable.silent().request();
        for (int i = 0; i < 50; i++) {
            try (RawConnection connection = connect()) {
                connection.send(RawCall.text(request, agent.port()));
            }
        }
    }

    @Test
    void clientThatLeavesInTheMiddleOfItsRequestHarmsNobody() throws IOException {
        String request = RawCall.text(ContractTable.good().request(), agent.port());
        for (int length = 1; length < request.length(); length += request.length() / 20) {
            try (RawConnection connection = connect()) {
                connection.send(request.substring(0, length));
            }
        }
    }

    @Test
    void headerThatIsTooLargeIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.send(
                    "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                            + "x".repeat(64 * 1024)
                            + "\r\n\r\n");

            assertRefusal(connection.read(), 431);
        }
    }

    @Test
    void lineThatIsTooLongIsRefused() throws IOException {
        try (RawConnection connection = connect()) {
            connection.send("GET /" + "x".repeat(8 * 1024) + " HTTP/1.1\r\nHost: a\r\n\r\n");

            assertRefusal(connection.read(), 414);
        }
    }

    @Test
    void whatIsNotHttpIsRefused() throws IOException {
        for (String noise : new String[] {"hello\r\n\r\n", "GET / HTTP/one\r\n\r\n"}) {
            try (RawConnection connection = connect()) {
                assertRefusal(connection.send(noise).read(), 400);
            }
        }
    }

    private static void assertRefusal(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .matches(
                        "\\{\"message\":\".+\",\"code\":\".+\",\"Code\":\".+\",\"Message\":\".+\"}");
    }

    private static RawConnection connect() throws IOException {
        return new RawConnection("127.0.0.1", agent.port());
    }
}
