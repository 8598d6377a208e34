package io.podidentity.agent.node;

/**
 * A route of the main table.
 *
 * @param link index of the link it leaves by; 0 where there is none or more than one
 * @param unicast false for a route that drops or refuses
 * @param protocol who put it there
 */
record Route(int link, Prefix destination, boolean unicast, int protocol) {}
