/**
 * {@code doctor}: looks at a node or at a pod, and says why pods have no credentials. Never part of
 * the running agent.
 */
@NullMarked
package io.podidentity.doctor;

import org.jspecify.annotations.NullMarked;
