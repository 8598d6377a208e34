package io.podidentity.agent.server;

import io.podidentity.schedule.Backoff;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.Locale;

/**
 * Why an address cannot be listened on.
 *
 * @param text in the user's terms
 * @param backoff when it is worth another try
 */
public record BindProblem(String text, Backoff backoff) {

    public static final String TAKEN =
            "another process listens there; is another agent still running?";

    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Backoff GROWING = new Backoff(FIRST_DELAY, Duration.ofSeconds(5));

    // In a roll-out the old agent leaves at some time, and then no pod should wait for the new one.
    private static final Backoff STEADY = new Backoff(FIRST_DELAY, FIRST_DELAY);

    /** Reads what the JDK or Netty throws. */
    public static BindProblem of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = String.valueOf(root.getMessage()).toLowerCase(Locale.ROOT);
        // What the JVM says for any IPv6 address on a kernel without IPv6.
        if (root instanceof UnsupportedAddressTypeException
                || text.contains("unsupported address")) {
            return lasting("this node has no IPv6");
        }
        if (text.contains("assign requested address")) {
            return lasting("the node does not have this address (yet); initialize puts it there");
        }
        if (text.contains("address already in use")) {
            return new BindProblem(TAKEN, STEADY);
        }
        if (text.contains("permission denied")) {
            return lasting(
                    "the agent may not open ports below 1024; it needs CAP_NET_BIND_SERVICE");
        }
        if (text.contains("protocol family") || text.contains("address family")) {
            return lasting("this node has no IPv6");
        }
        return lasting(root.getClass().getSimpleName() + ": " + root.getMessage());
    }

    private static BindProblem lasting(String text) {
        return new BindProblem(text, GROWING);
    }
}
