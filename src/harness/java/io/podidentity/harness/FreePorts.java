package io.podidentity.harness;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nothing on this machine listens on. */
public final class FreePorts {

    // Below Linux' ephemeral range, so that no client is given one between now and its use.
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    private FreePorts() {}

    /** A port that is free on every address, IPv4 and IPv6. */
    public static int next() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket everywhere = new ServerSocket(port)) {
                return everywhere.getLocalPort();
            } catch (IOException e) {
                // Taken: the next one may not be.
            }
        }
    }
}
