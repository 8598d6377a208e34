/** Exchanges tokens for sessions, and checks who may call. */
@NullMarked
package io.podidentity.auth.exchange;

import org.jspecify.annotations.NullMarked;
