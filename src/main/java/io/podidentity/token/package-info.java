/** Service account tokens: reading and verifying them, with the keys of their cluster. */
@NullMarked
package io.podidentity.token;

import org.jspecify.annotations.NullMarked;
