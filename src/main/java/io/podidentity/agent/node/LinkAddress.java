package io.podidentity.agent.node;

/**
 * An address on a link.
 *
 * @param duplicate whether duplicate address detection found it taken, which makes it unusable
 * @param protocol who put it there; 0 where nobody said
 */
record LinkAddress(int link, Prefix prefix, boolean duplicate, int protocol) {}
