package io.podidentity.agent.node;

/**
 * A route of the main table.
 *
 * @param link index of its outgoing link; 0 for none or several
 * @param unicast false for a route that drops or refuses
 * @param protocol which program added it
 */
record Route(int link, Prefix destination, boolean unicast, int protocol) {}
