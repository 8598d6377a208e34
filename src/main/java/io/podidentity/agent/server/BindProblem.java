package io.podidentity.agent.server;

import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Locale;

/** Says in the user's terms why an address cannot be listened on. */
final class BindProblem {

    private BindProblem() {}

    static String of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = String.valueOf(root.getMessage()).toLowerCase(Locale.ROOT);
        // What the JVM says for any IPv6 address on a kernel without IPv6.
        if (root instanceof UnsupportedAddressTypeException
                || text.contains("unsupported address")) {
            return "this node has no IPv6";
        }
        if (text.contains("assign requested address")) {
            return "the node does not have this address (yet); initialize puts it there";
        }
        if (text.contains("address already in use")) {
            return "another process listens there; is another agent still running?";
        }
        if (text.contains("permission denied")) {
            return "the agent may not open ports below 1024; it needs CAP_NET_BIND_SERVICE";
        }
        if (text.contains("protocol family") || text.contains("address family")) {
            return "this node has no IPv6";
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
