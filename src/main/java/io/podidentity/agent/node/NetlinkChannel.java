package io.podidentity.agent.node;

import java.util.Optional;

/** Datagrams to and from the kernel. */
interface NetlinkChannel extends AutoCloseable {

    void send(byte[] datagram) throws NetlinkException;

    /** The next datagram; empty when none came within the channel's time-out. */
    Optional<byte[]> receive() throws NetlinkException;

    @Override
    void close();
}
