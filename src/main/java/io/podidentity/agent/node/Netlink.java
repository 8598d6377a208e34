package io.podidentity.agent.node;

/** The kernel's view of the node's network, and the only way to change it. */
interface Netlink extends AutoCloseable {

    NodeNetwork observe() throws NetlinkException;

    void perform(Change change) throws NetlinkException;

    @Override
    void close();

    /** Opens a new socket: a watcher outlives any single one. */
    @FunctionalInterface
    interface Opener {
        Netlink open() throws NetlinkException;
    }
}
