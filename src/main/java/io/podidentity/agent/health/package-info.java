/** What the probes say. */
@NullMarked
package io.podidentity.agent.health;

import org.jspecify.annotations.NullMarked;
