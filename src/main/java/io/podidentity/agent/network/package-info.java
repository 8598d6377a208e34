/** The node's link and addresses, made and watched over rtnetlink. */
@NullMarked
package io.podidentity.agent.network;

import org.jspecify.annotations.NullMarked;
