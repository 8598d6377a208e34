package io.podidentity.agent.node;

/**
 * A network link as the kernel lists it.
 *
 * @param kind such as {@code dummy}; empty where the kernel names none, as for hardware
 * @param alias free text set by its creator, or empty
 */
record Link(int index, String name, String kind, boolean up, String alias) {}
