/** Sessions of real roles, from STS. */
@NullMarked
package io.podidentity.agent.sts;

import org.jspecify.annotations.NullMarked;
