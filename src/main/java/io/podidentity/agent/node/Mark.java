package io.podidentity.agent.node;

/** How what we made is told from what others made. */
final class Mark {

    /** The alias of a link that we made. */
    static final String LINK_ALIAS = "pod-identity-agent";

    /**
     * The protocol number of our addresses and routes: one that nobody has registered. Kernels
     * before 5.18 keep none for addresses; those then count as somebody else's.
     */
    static final int PROTOCOL = 170;

    private Mark() {}
}
