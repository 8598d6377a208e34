package io.podidentity.agent.node;

/** What Jazzer calls with bytes that nobody sent. */
public final class NetlinkFuzzTarget {

    private NetlinkFuzzTarget() {}

    /** Any bytes are read, or refused as unreadable; nothing else may come of them. */
    public static void fuzzerTestOneInput(byte[] datagram) {
        try {
            for (Message message : Message.in(datagram)) {
                Fields payload = message.payload();
                read(() -> Decoder.link(payload));
                read(() -> Decoder.address(payload));
                read(() -> Decoder.route(payload));
                read(() -> Acknowledgement.ofError(message));
                read(() -> Acknowledgement.ofDone(message));
            }
        } catch (NetlinkException e) {
            requireMessage(e);
        }
    }

    private static void read(Reading reading) {
        try {
            var _ = reading.result();
        } catch (NetlinkException e) {
            requireMessage(e);
        }
    }

    private static void requireMessage(NetlinkException e) {
        if (!String.valueOf(e.getMessage()).startsWith("unreadable netlink message: ")) {
            throw new AssertionError("refused for another reason", e);
        }
    }

    @FunctionalInterface
    private interface Reading {
        Object result() throws NetlinkException;
    }
}
