/** Credentials kept in memory: one entry a pod, one fetch at a time. */
@NullMarked
package io.podidentity.agent.cache;

import org.jspecify.annotations.NullMarked;
