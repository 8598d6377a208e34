/** EKS Auth, the one source of credentials the agent knows. */
@NullMarked
package io.podidentity.agent.eksauth;

import org.jspecify.annotations.NullMarked;
