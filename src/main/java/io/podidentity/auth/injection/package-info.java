/**
 * Injects pods that have an association: what Amazon's pod identity webhook adds, from a webhook of
 * our own.
 */
@NullMarked
package io.podidentity.auth.injection;

import org.jspecify.annotations.NullMarked;
