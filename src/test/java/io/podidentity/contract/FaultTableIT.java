package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The packaged agent is killed under a hundred requests a second, something else goes wrong before
 * it is back, and pods lose the time of its start alone.
 */
class FaultTableIT {

    /** What goes wrong meanwhile, and the calls to EKS Auth that it costs. */
    enum Fault {
        NOTHING(0),
        OUTAGE(0),
        FOLDER_FULL(0),
        FOLDER_READ_ONLY(0),
        FOLDER_EMPTIED(1),
        RECORDS_CORRUPTED(1);

        private final int calls;

        Fault(int calls) {
            this.calls = calls;
        }
    }

    @TempDir Path folder;
    private Path state;
    private EksAuthPeer peer;
    private PackagedAgent.Builder builder;

    @BeforeEach
    void mount() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        state = Files.createDirectory(folder.resolve("state"));
        Shell.succeed(
                List.of("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", state.toString()));
        peer = EksAuthPeer.start();
        builder =
                PackagedAgent.server()
                        .endpoint(peer.endpoint())
                        .flags("--state-dir", state.toString());
    }

    @AfterEach
    void unmount() {
        if (peer != null) {
            peer.close();
            Shell.succeed(List.of("umount", state.toString()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void costsTheTimeOfTheStart(Fault fault) throws IOException {
        String token = TestTokens.of("orders").sign();
        Request request = ContractTable.good().request().token(token);
        PackagedAgent agent = builder.start().awaitReady();
        agent.issued(token);
        try (SteadyLoad load = SteadyLoad.start(agent.port(), request)) {
            awaitMore(load);
            await("its record").until(() -> !StateFaults.records(state).isEmpty());
            int calls = peer.calls("orders").size();
            agent.kill();
            happens(fault);

            agent = builder.start().awaitReady();

            String failures = load.failures();
            awaitMore(load);
            load.stop();
            System.out.println(fault + ": " + load);
            // Before it was ready, a busy machine may have made requests wait too long.
            assertThat(load.failures()).isEqualTo(failures);
            assertThat(peer.calls("orders")).hasSize(calls + fault.calls);
        } finally {
            agent.close();
        }
    }

    private void happens(Fault fault) throws IOException {
        switch (fault) {
            case NOTHING -> {}
            case OUTAGE ->
                    peer.answer(
                            "orders", EksAuthAnswers.error(500, "InternalServerException", "down"));
            case FOLDER_FULL -> StateFaults.fill(state.resolve("filler"));
            case FOLDER_READ_ONLY ->
                    Shell.succeed(List.of("mount", "-o", "remount,ro", state.toString()));
            case FOLDER_EMPTIED ->
                    Shell.succeed(List.of("rm", "-r", state.resolve("entries").toString()));
            case RECORDS_CORRUPTED -> StateFaults.corrupt(state);
        }
    }

    private static void awaitMore(SteadyLoad load) {
        int before = load.answered();
        await().atMost(Duration.ofMinutes(1)).until(() -> load.answered() > before + 100);
    }
}
