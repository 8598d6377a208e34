package io.podidentity.agent.node;

/**
 * An address on a link.
 *
 * @param duplicate whether duplicate address detection found it taken, which makes it unusable
 * @param protocol which program added it; 0 if unknown
 */
record LinkAddress(int link, Prefix prefix, boolean duplicate, int protocol) {}
