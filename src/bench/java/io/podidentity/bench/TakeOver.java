package io.podidentity.bench;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.TestTokens;

/**
 * What it costs an agent to begin while another one serves: start to ready, and memory with the
 * image's settings, against one that is alone in the same run.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class TakeOver {

    private static final int ROUNDS = 3;

    private TakeOver() {}

    public static void main(String[] arguments) throws Exception {
        String token = TestTokens.of("orders").sign();
        try (EksAuthPeer peer = EksAuthPeer.start()) {
            for (int round = 0; round < ROUNDS; round++) {
                PackagedAgent.Builder builder =
                        PackagedAgent.server().memoryOfImage().endpoint(peer.endpoint());
                try (PackagedAgent alone = begin("alone", builder, token);
                        PackagedAgent successor = begin("taking over", builder, token)) {
                    alone.stop();
                    successor.stop();
                }
            }
        }
    }

    private static PackagedAgent begin(String what, PackagedAgent.Builder builder, String token)
            throws Exception {
        long start = System.nanoTime();
        PackagedAgent agent = builder.start();
        agent.awaitLine("Listening for probes");
        agent.awaitReady();
        long ready = System.nanoTime();
        agent.issued(token);
        Memory memory = Memory.of(agent.pid());
        System.out.printf(
                "%-12s ready %5d ms, memory %3d (%3d) MB%n",
                what, (ready - start) / 1_000_000, memory.resident(), memory.dirty());
        return agent;
    }
}
