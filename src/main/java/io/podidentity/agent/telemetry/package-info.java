/** Metrics and the log of issued credentials. */
@NullMarked
package io.podidentity.agent.telemetry;

import org.jspecify.annotations.NullMarked;
