/** The Kubernetes node that the agent runs on, as its API server knows it. */
@NullMarked
package io.podidentity.agent.node;

import org.jspecify.annotations.NullMarked;
