/** The node's link, addresses and routes, over rtnetlink; and its start-up taint. */
@NullMarked
package io.podidentity.agent.node;

import org.jspecify.annotations.NullMarked;
