/** What the agent can be told, checked in one place. */
@NullMarked
package io.podidentity.config;

import org.jspecify.annotations.NullMarked;
