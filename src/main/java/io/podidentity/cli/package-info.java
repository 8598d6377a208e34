/** The command line: parsed before anything boots. */
@NullMarked
package io.podidentity.cli;

import org.jspecify.annotations.NullMarked;
