/** What the probes say. */
@NullMarked
package io.podidentity.agent.server;

import org.jspecify.annotations.NullMarked;
