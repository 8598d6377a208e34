/** The agent's sockets, the credentials resource, its replies, the probes and the warm-up. */
@NullMarked
package io.podidentity.agent.server;

import org.jspecify.annotations.NullMarked;
