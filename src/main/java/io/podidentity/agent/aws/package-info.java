/** What all clients of AWS here have in common. */
@NullMarked
package io.podidentity.agent.aws;

import org.jspecify.annotations.NullMarked;
