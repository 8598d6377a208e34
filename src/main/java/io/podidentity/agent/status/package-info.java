/** What the agent knows and does just now, for whoever is on its node. */
@NullMarked
package io.podidentity.agent.status;

import org.jspecify.annotations.NullMarked;
