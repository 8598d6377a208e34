/** The command line: parsed before anything boots. */
@NullMarked
package io.podidentity.agent.cli;

import org.jspecify.annotations.NullMarked;
