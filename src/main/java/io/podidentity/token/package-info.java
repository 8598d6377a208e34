/** Service account tokens: what they say and whether they may be believed. */
@NullMarked
package io.podidentity.token;

import org.jspecify.annotations.NullMarked;
