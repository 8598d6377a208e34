package io.podidentity.agent.node;

/** How our own objects are recognised. */
final class Mark {

    /** The alias of a link that we made. */
    static final String LINK_ALIAS = "pod-identity-agent";

    /**
     * The protocol number of our addresses and routes, an unregistered one. Kernels before 5.18
     * store none for addresses, which then do not count as ours.
     */
    static final int PROTOCOL = 170;

    private Mark() {}
}
