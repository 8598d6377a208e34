package io.podidentity.agent.node;

/** Waits for changes to what the agent needs. */
interface NetworkEvents extends AutoCloseable {

    /** Returns when something of ours changed, when a poll is due, or when woken. */
    void await() throws NetlinkException;

    /** Ends a running or the next {@link #await()}; from any thread. */
    void wake() throws NetlinkException;

    @Override
    void close();

    @FunctionalInterface
    interface Opener {
        NetworkEvents open() throws NetlinkException;
    }
}
