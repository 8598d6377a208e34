package io.podidentity.agent.node;

/**
 * A network link as the kernel lists it.
 *
 * @param kind such as {@code dummy}; empty where the kernel names none, as for hardware
 * @param alias free text that its maker may have left on it; empty where there is none
 */
record Link(int index, String name, String kind, boolean up, String alias) {}
