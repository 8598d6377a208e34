/** The one validated configuration and the well-known addresses. */
@NullMarked
package io.podidentity.agent.config;

import org.jspecify.annotations.NullMarked;
