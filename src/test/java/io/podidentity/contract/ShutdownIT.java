package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.config.ShutdownTimeouts;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.RawConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged agent when it is told to stop. */
class ShutdownIT {

    /** What a running request is given: nothing was waited for in vain. */
    private static final Duration TIMEOUT = ShutdownTimeouts.REQUESTS;

    private EksAuthPeer peer;
    private PackagedAgent agent;

    @BeforeEach
    void start() {
        peer = EksAuthPeer.start();
        ContractTable.prepare(peer);
        agent = PackagedAgent.server().endpoint(peer.endpoint()).start().awaitReady();
    }

    @AfterEach
    void stop() {
        agent.close();
        peer.close();
    }

    @Test
    void requestThatRunsIsAnsweredAndNewOnesAreNot() throws IOException {
        Exchange slow = ContractTable.silent();
        try (RawConnection idle = connect();
                RawConnection busy = connect()) {
            assertThat(RawCall.ask(idle, ContractTable.good().request(), agent.port()).status())
                    .isEqualTo(200);
            busy.send(RawCall.text(slow.request(), agent.port()));
            await().until(() -> !peer.calls(slow.serviceAccount()).isEmpty());

            agent.terminate();

            assertThat(idle.readToEnd()).isEmpty();
            // Either the first to be refused, or there is nobody left to ask.
            await().until(this::refusesNewRequests);
            slow.expected().check(slow.request(), closing(busy.read()));
            assertThat(busy.readToEnd()).isEmpty();
        }
        assertEnds();
    }

    @Test
    void requestWhoseClientLeftHoldsNothingUp() throws IOException {
        Exchange slow = ContractTable.silent();
        try (RawConnection client = connect()) {
            client.send(RawCall.text(slow.request(), agent.port()));
            await().until(() -> !peer.calls(slow.serviceAccount()).isEmpty());
        }

        agent.terminate();

        assertEnds();
    }

    @Test
    void requestThatFailedEarlyHoldsNothingUp() throws IOException {
        try (RawConnection client = connect()) {
            for (String request :
                    new String[] {
                        "GET /v1/credentials HTTP/1.1\r\n\r\n",
                        "GET /v1/credentials?%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                        "GET /other HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                        "PUT /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                    }) {
                assertThat(client.send(request).read().status()).isBetween(400, 405);
            }
        }

        agent.terminate();

        assertEnds();
    }

    /** The call to EKS Auth outlives the request; the application must not fall over it. */
    @Test
    void callThatNobodyWaitsForHoldsNothingUpAndBreaksNothing() throws IOException {
        Exchange slow = ContractTable.silent();
        assertThat(RawCall.ask("127.0.0.1", agent.port(), slow.request()).status()).isEqualTo(503);

        agent.terminate();

        assertEnds();
    }

    private void assertEnds() {
        long start = System.nanoTime();
        assertThat(agent.exitCode()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT);
        assertThat(agent.stderr()).isEmpty();
        assertThat(agent.everything()).doesNotContain("unanswered", "\"level\":\"ERROR\"");
    }

    private boolean refusesNewRequests() throws IOException {
        try (RawConnection late = connect()) {
            RawCall.ask(late, ContractTable.good().request(), agent.port());
            return false;
        } catch (EOFException | ConnectException e) {
            return true;
        } catch (SocketException reset) {
            return true;
        }
    }

    private RawConnection connect() throws IOException {
        return new RawConnection("127.0.0.1", agent.port());
    }

    /** The table's lines are about connections that are kept. */
    private static RawConnection.Answer closing(RawConnection.Answer answer) {
        answer.headers().remove("Connection", "close");
        return answer;
    }
}
