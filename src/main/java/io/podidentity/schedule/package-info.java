/** Timers, periodic tasks, back-off and rate limits. */
@NullMarked
package io.podidentity.schedule;

import org.jspecify.annotations.NullMarked;
