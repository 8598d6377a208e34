/** Tokens in, sessions out; and who may call. */
@NullMarked
package io.podidentity.auth.exchange;

import org.jspecify.annotations.NullMarked;
